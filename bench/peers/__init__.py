"""``make peers``: the reference work for Rallypoint, Colyseus and the least that any server can do, in turn in one run.

One server process on one core, a generator in C (``generator/``) on another, loopback. See ``docs/performance.md``.
"""
