"""The training view: a run that can be scrubbed through."""
