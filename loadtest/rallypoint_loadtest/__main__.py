"""``python -m rallypoint_loadtest games.orbit ...`` is the same as ``rallypoint load games.orbit ...``."""

import typer

from .command import load


def main() -> None:
    """Entry point."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(load)
    app()


if __name__ == "__main__":
    main()
