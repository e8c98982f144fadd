"""Gradients, checked."""
