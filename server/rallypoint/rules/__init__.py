"""How the rules of queues are read, checked and put into words; :mod:`rallypoint.rules_file` is the way in."""
