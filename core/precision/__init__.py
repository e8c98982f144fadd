"""Floating-point types, and what is exact."""
