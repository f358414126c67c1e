"""What a game developer touches. Import it from :mod:`rallypoint`."""
