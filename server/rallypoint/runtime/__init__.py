"""Runs ``core`` on an event loop. It does I/O and decides nothing."""
