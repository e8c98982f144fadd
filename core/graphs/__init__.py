"""Computational graphs."""
