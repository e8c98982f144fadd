"""The digits view: how the network reads a handwritten digit, or a drawn one."""
