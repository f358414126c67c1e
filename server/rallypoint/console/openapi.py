"""The description of the HTTP API, as it is kept in ``docs/openapi.json``.

python -m rallypoint.console.openapi > docs/openapi.json
"""

from __future__ import annotations

import json
import sys

from .api import the_api

__all__ = ["description"]


def description() -> str:
    """The OpenAPI document, as JSON for people and for diffs."""
    return json.dumps(the_api().openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())
