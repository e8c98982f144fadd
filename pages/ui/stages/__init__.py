"""The stage of each lesson: its panels and handles, and what a release makes of the state."""
