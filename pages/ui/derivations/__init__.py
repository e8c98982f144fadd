"""Derivations with the current numbers substituted: the Why tab of each lesson."""
