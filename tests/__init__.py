import os

# As the app does, and before NumPy is loaded: its threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
