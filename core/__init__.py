"""The numbers of Logit Lab: NumPy only, importable on its own, knowing no screen."""

__all__: list[str] = []
