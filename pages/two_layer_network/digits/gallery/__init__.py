"""Small images to choose from."""
