"""Bots, scenarios, faults, verdicts and reports: a Rallypoint server under load."""
