"""Data, models and their training."""
