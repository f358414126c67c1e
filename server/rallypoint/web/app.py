"""The web port's application: the list of games, their pages, the browser SDK, settings for pages, replays.

Only ``GET`` and ``HEAD``; a page's code comes from here and nowhere else (its Content-Security-Policy says so).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .files import Files
from .pages import GameRow, front_page, missing_page
from .replay_answer import replay_answer
from .replay_shelf import Unwatchable
from .site import SDK, Site

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HIDDEN_OF_SDK", "web_app"]

HIDDEN_OF_SDK: Final = ("test", "bench", "node_modules", "package-lock.json", "tsconfig.json", "tsconfig.types.json")
_HEADERS: Final = {
    # ws: and wss: name no host: a session may be on another node than the lobby.
    "content-security-policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:;"
        " font-src 'self';"
        " media-src 'self' data: blob:; worker-src 'self'; manifest-src 'self'; connect-src 'self' ws: wss:;"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_UNCACHED: Final = {"cache-control": "no-store"}
_NO_SDK: Final = (
    "The browser SDK is not installed here: install the package rallypoint anew, or look for client/js in the clone."
)


def web_app(site: Site, sdk: Files | None = None) -> ASGIApp:
    """The HTTP application. Imported late, as all of it: a server without a web port does not pay for it."""
    return _Guarded(_Pages(site, sdk or Files(SDK, HIDDEN_OF_SDK)).application())


class _Guarded:
    """Lets only ``GET`` and ``HEAD`` through, and adds the headers that all answers have."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import PlainTextResponse

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                have = {name.lower() for name, _ in message["headers"]}
                more = [
                    (name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in have
                ]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        application = self._application
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            application = PlainTextResponse("Only GET and HEAD.\n", 405, {"allow": "GET, HEAD"})
        await application(scope, receive, with_headers)


class _Pages:
    """The paths."""

    def __init__(self, site: Site, sdk: Files) -> None:
        self._site = site
        self._sdk = sdk

    def application(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.exceptions import HTTPException
        from starlette.routing import Route

        routes = [
            Route("/", self.front),
            Route("/config.json", self.config),
            Route("/favicon.ico", self.no_icon),
            Route("/play", self.to_front),
            Route("/play/", self.to_front),
            Route("/play/{game}", self.to_page),
            Route("/play/{game}/{path:path}", self.page),
            Route("/sdk/{path:path}", self.sdk),
            Route("/replays/{name}", self.replay),
        ]
        application = Starlette(routes=routes, exception_handlers={HTTPException: self.nothing})
        application.router.redirect_slashes = False
        return application

    async def front(self, request: Request) -> Response:
        from starlette.responses import HTMLResponse

        players = self._site.players()
        rows = [GameRow(game.name, game.has_page, players.get(game.name, 0), game.hint) for game in self._site.games]
        return HTMLResponse(front_page(rows, self._styled), headers=_UNCACHED)

    async def config(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        return JSONResponse(self._site.config(), headers=_UNCACHED)

    async def no_icon(self, request: Request) -> Response:
        from starlette.responses import Response

        return Response(status_code=204)  # browsers ask for one, and would complain of a 404

    async def to_front(self, request: Request) -> Response:
        from starlette.responses import RedirectResponse

        return RedirectResponse("/", 307)

    async def to_page(self, request: Request) -> Response:
        from starlette.responses import RedirectResponse

        game = self._site.game(request.path_params["game"])
        if game is None:
            return self._missing(self._unknown())
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/play/{game.name}/{query}", 307)

    async def page(self, request: Request) -> Response:
        game = self._site.game(request.path_params["game"])
        if game is None:
            return self._missing(self._unknown())
        found = None if game.files is None else await game.files.answer(request, request.path_params["path"])
        if found is None:
            return self._missing(f"{game.name} has no such file." if game.has_page else f"{game.hint}.")
        return found

    async def sdk(self, request: Request) -> Response:
        found = await self._sdk.answer(request, request.path_params["path"])
        if found is None:
            is_there = self._sdk.find("rallypoint.js") is not None
            return self._missing("The browser SDK has no such file." if is_there else _NO_SDK)
        return found

    async def replay(self, request: Request) -> Response:
        from starlette.responses import JSONResponse, PlainTextResponse

        name, shelf = request.path_params["name"], self._site.replays
        try:
            if shelf is None:
                raise Unwatchable(404, "This server keeps no replays. Start it with --replays.")
            if not name.endswith(".json"):
                return replay_answer(request, await shelf.stream(name))
            game = self._site.game(name.removesuffix(".json"))
            if game is None:
                raise Unwatchable(404, self._unknown())
            return JSONResponse(await shelf.listed(game), headers=_UNCACHED)
        except Unwatchable as error:  # it is a program that asks: a sentence, and no page
            return PlainTextResponse(f"{error.sentence}\n", error.status, _UNCACHED)

    async def nothing(self, request: Request, error: Exception) -> Response:
        return self._missing("There is no such page.")

    def _unknown(self) -> str:
        names = ", ".join(game.name for game in self._site.games)
        return f"This server has no such game. It has: {names}."

    @property
    def _styled(self) -> bool:
        return self._sdk.find("kit/style.css") is not None

    def _missing(self, sentence: str) -> Response:
        from starlette.responses import HTMLResponse

        return HTMLResponse(missing_page(sentence, self._styled), 404, _UNCACHED)
