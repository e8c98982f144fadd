"""Panels, handles, controls and words that several lessons use."""
