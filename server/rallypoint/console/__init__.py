"""The operations port: health, readiness, status. The console comes here."""
