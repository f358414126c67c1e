"""The whole system in virtual time: the real server and real clients over a simulated network, from one seed."""
