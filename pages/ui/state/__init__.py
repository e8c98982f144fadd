"""The state of a lesson and its place in the address."""
