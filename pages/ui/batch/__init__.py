"""What the batch lab has beside its stage: the loaded table, where it comes from, its results."""
