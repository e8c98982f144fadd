"""Own points in the plane: a table to edit, a file, and what is wrong with them."""
