"""Lectures: a lesson that fills the screen, what is hidden and revealed, views carried along."""
