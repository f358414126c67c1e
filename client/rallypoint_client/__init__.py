"""The Python client of a Rallypoint server."""
