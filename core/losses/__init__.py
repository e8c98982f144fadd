"""Losses of classification and what they are made of."""
