"""What must be true of every world, whatever happens in it: watched from outside, by the protocol alone."""
