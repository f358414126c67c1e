"""Commands of operators on a running server, over its HTTP API: what the console does, for terminals and scripts."""
