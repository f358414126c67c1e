"""Every path of the HTTP API says who may use it."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI

from rallypoint.console.api import the_api
from rallypoint.console.roles import Role, check_all, needs, paths_of, role_of

THEIR_OWN = {"/login": Role.ANYBODY, "/logout": Role.VIEWER, "/me/password": Role.VIEWER}
"""What changes nothing but one's own."""


def test_every_path_has_a_role_and_what_changes_something_is_for_admins():
    paths = paths_of(the_api())
    assert len(paths) > 15
    for path in paths:
        changes = not (path.methods or set()) <= {"GET", "HEAD"}
        usual = Role.ADMIN if changes else Role.VIEWER
        assert role_of(path.endpoint) is THEIR_OWN.get(path.path or "", usual), path.path


def test_an_api_with_a_path_that_has_none_is_not_built():
    router = APIRouter(prefix="/inner")

    @router.get("/open")
    @needs(Role.VIEWER)
    async def looked_at() -> None: ...

    app = FastAPI()
    app.include_router(router)
    check_all(app)

    @router.post("/forgotten")
    async def forgotten() -> None: ...

    app = FastAPI()
    app.include_router(router)
    with pytest.raises(LookupError, match="forgotten does not say which role it needs"):
        check_all(app)
