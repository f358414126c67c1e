"""A seat that needs no server."""

from types import SimpleNamespace
from typing import Any

from rallypoint_client import NotConnected, SeatState


class Steer:
    pass


class Fire:
    pass


class FakeSeat:
    """Counts what is sent as the client does; a test says what the server has decided."""

    def __init__(self):
        self.index = 2
        self.state = SeatState.PLAYING
        self.error = None
        self.inputs = SimpleNamespace(Steer=Steer, Fire=Fire)
        definitions = (SimpleNamespace(name="Steer", hold=True), SimpleNamespace(name="Fire", hold=False))
        self.schema = SimpleNamespace(inputs=definitions)
        self.ship = SimpleNamespace(id=5, owner=2, wire=[0])
        self.latest = SimpleNamespace(tick=1, state=SimpleNamespace(items={5: self.ship}))
        self.stats = SimpleNamespace(resumes=0, bytes_in=0, bytes_out=0, hash_checks=0, hash_mismatches=0, desyncs=0)
        self.applied = self.sent = 0
        self.early_events = []
        self.on_pass = self.on_event = None
        self.kept_back = False
        self.queued_s = []
        self.cuts = 0

    def take_events(self):
        return self.early_events

    def hold(self, x, *, force=False):
        assert force
        if not self.kept_back:
            self.sent += 1

    def act(self, x, *, queue_s=None):
        if self.state is SeatState.CLOSED:
            raise NotConnected("Fire")
        self.queued_s.append(queue_s)
        self.sent += 1
        return self.sent

    def cut(self):
        self.cuts += 1


def fake_seat() -> Any:
    return FakeSeat()
