"""What the lessons with models share: data, settings, runs, and the controls of all that."""
