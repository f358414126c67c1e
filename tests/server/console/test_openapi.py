"""The description of the HTTP API is valid, complete, and the one that is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from rallypoint.console.api import DESCRIPTION, the_api
from rallypoint.console.openapi import description
from rallypoint.console.roles import paths_of


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(description())
    return told


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_it_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_the_one_that_is_kept_is_current() -> None:
    kept = DESCRIPTION.read_text(encoding="utf-8")
    assert kept == description(), "write it anew: python -m rallypoint.console.openapi"


def test_it_has_every_path(document: dict[str, Any]) -> None:
    wanted = {f"{method} {path.path}" for path in paths_of(the_api()) for method in path.methods or ()}
    assert {name for name, _ in operations(document)} == wanted
    assert len(wanted) > 15


def test_every_operation_says_what_it_does_what_it_gives_and_how_it_fails(document: dict[str, Any]) -> None:
    ids = set()
    for name, operation in operations(document):
        assert operation["summary"], name
        assert len(operation["description"]) > 20 or name == "GET /games", name
        assert operation["security"] == [{"token": []}], name
        assert {"401", "403", "429", "500", "503"} <= set(operation["responses"]), name
        assert ("requestBody" in operation) == ({"408", "413", "422"} <= set(operation["responses"])), name
        ids.add(operation["operationId"])
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (name, parameter["name"])
        for status, response in operation["responses"].items():
            assert response["description"], (name, status)
            if status == "204":
                assert "content" not in response
                continue
            if name == "GET /live" and status == "200":
                assert set(response["content"]) == {"text/event-stream"}
                continue
            schema = response["content"]["application/json"]["schema"]
            assert schema, (name, status)
            if status >= "400":
                assert schema == {"$ref": "#/components/schemas/ApiError"}, (name, status)
    assert len(ids) == len(list(operations(document)))
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_everything_that_is_created_or_changed_with_post_takes_a_key(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        keys = [one["name"] for one in operation.get("parameters", []) if one["in"] == "header"]
        assert keys == (["Idempotency-Key"] if name.startswith("POST") else []), name


def test_every_field_is_described(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name
        for field, about in schema.get("properties", {}).items():
            assert about.get("description") or resolved(document, about).get("description"), (name, field)


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    seen = 0
    for schema in document["components"]["schemas"].values():
        for about in (schema, *schema.get("properties", {}).values()):
            for example in about.get("examples", []):
                OAS31Validator({**about, "components": document["components"]}).validate(example)
                seen += 1
    for _, operation in operations(document):
        for response in operation["responses"].values():
            media = response.get("content", {}).get("application/json", {})
            if "example" in media:
                OAS31Validator({**media["schema"], "components": document["components"]}).validate(media["example"])
    assert seen > 10


def test_it_is_json_that_others_read(document: dict[str, Any]) -> None:
    assert json.loads(description()) == document
