"""The inspector: one step's pass through the network, forward and backward, array by array."""
