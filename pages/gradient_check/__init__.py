"""A lesson of its own."""
