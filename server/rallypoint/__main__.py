"""``python -m rallypoint`` is the same as ``rallypoint``."""

from rallypoint.cli import main

if __name__ == "__main__":
    main()
