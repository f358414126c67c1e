"""The description of the HTTP API, as it is kept in ``openapi.json`` beside this file, and told by every server.

python -m rallypoint.console.openapi
"""

from __future__ import annotations

import json

from .api import DESCRIPTION, the_api
from .api_errors import describe_errors

__all__ = ["description"]


def description() -> str:
    """The OpenAPI document, as JSON for people and for diffs."""
    app = the_api()
    describe_errors(app)
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    DESCRIPTION.write_text(description(), encoding="utf-8")
