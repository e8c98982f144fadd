"""A sheet to draw on."""
