"""Every connection is an open file of the process, and systems give a process few: often 1024."""

from __future__ import annotations

__all__ = ["OTHERS", "allow_open_files"]

OTHERS = 256
"""What a server has open besides players' connections: files, the operations port, bots."""


def allow_open_files(wanted: int) -> int | None:
    """Raises this process's limit on open files to ``wanted``, as far as the system lets it; never lowers it.

    Gives the limit as it is then; ``None`` if there is none, or the system has no such thing.
    """
    try:
        import resource
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return None
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
