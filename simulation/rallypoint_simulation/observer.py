"""Who watches a world: told of everything on the wire and of every step, and says when something must not be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .steps import StepMade
    from .wire import Wire
    from .world import World

__all__ = ["Observer", "Violation"]


@dataclass(eq=False)
class Violation(Exception):
    """Something happened that must not."""

    invariant: str
    """Its name, the same for every case."""
    text: str
    """What happened, in a sentence, with names and numbers."""
    at: float = 0.0
    """Seconds since the world began."""

    def __str__(self) -> str:
        return f"{self.invariant} at {self.at:.3f} s: {self.text}"


class Observer:
    """Override what is of interest. Nothing of this may change anything in the world.

    Messages come decoded (:mod:`rallypoint_protocol.messages`); an input of a game comes as a plain list
    ``[64 + index, seq, tick, fields...]``. ``sent`` is in the order of writing, ``received`` when the other side's
    receiver is given the bytes; everything of one direction of a connection is received in the order of sending.
    """

    weak = False
    """It goes on when more was lost with a server than is promised to clients, as with its machine and no sync."""

    def __init__(self, world: World) -> None:
        self.world = world

    def violate(self, invariant: str, text: str, cause: BaseException | None = None) -> None:
        """It must not be. The world goes on to the end of this moment, and then stops."""
        violation = Violation(invariant, text, self.world.elapsed_s)
        violation.__cause__ = cause
        self.world.violated(violation)

    # --- the wire ---------------------------------------------------------------------------------------------------

    def opened(self, wire: Wire) -> None:
        """A client's connection is there; ``wire.path`` is known with its first bytes."""

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        """One side has written a whole message."""

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        """The other side has it."""

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        """One side has written a close frame."""

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        """One side knows that the connection is over. Each side says so once, at its own time, or never."""

    # --- the server -------------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        """A session has made a step, and nothing of it is sent yet: ``world.node.hosts[record.session]``."""

    def server_started(self) -> None:
        """A server listens: the first, or another after a crash or a stop. Its sessions are new, or recovered.

        They are if ``world.kept``: whatever the server before has told should be there again.
        """

    def server_gone(self, crashed: bool) -> None:
        """The server has crashed, or has stopped in good order. ``world.kept``: the next one knows what it has told.

        Twice in a row only if that is not so after all.
        """

    # --- time -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Some time has passed (``World.look_every_s``): between callbacks, when nothing is half done."""

    def at_rest(self) -> None:
        """All players have gone, and everything that had to time out has: nothing should be left."""
