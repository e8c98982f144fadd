"""Self-contained NumPy that prints the numbers on screen: the Code tab of each lesson."""
