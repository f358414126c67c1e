"""Parties for tests of the lobby: clients who acknowledge what they are told, and know their party by it."""

from __future__ import annotations

import asyncio
from typing import Any

from rallypoint.core.party_news import TOLD_EVERY_S
from rallypoint_protocol.codec import encode
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Ack, Answer, Hello, PartyCreate, PartyJoin, Push, Resume, Welcome
from tests.server.lobby_house import House


class Person:
    """A client, which acknowledges pushes, and knows its party as a client does."""

    def __init__(self, house: House, name: str) -> None:
        self.house = house
        self.name = name
        self.acknowledges = True
        self.event = self._ids = 0
        self.party: dict[str, Any] | None = None
        self.match = ""
        """Of the last ready check."""
        self.told: list[tuple[str, Any]] = []
        """Kinds of pushes; of ``party`` what others see of each member, of others the reason."""
        self.connection, self.welcome = house.guest(name)

    @property
    def player(self) -> str:
        return self.welcome.player

    @property
    def code(self) -> str:
        """Of its party."""
        assert self.party is not None
        code: str = self.party["code"]
        return code

    @property
    def n(self) -> int:
        return 0 if self.party is None else self.party["n"]

    def ask(self, kind, *args) -> Answer:
        self._ids += 1
        return self.say(kind(self._ids, *args))

    def say(self, message) -> Answer:
        self.connection.receiver.received(encode(message))
        [answer] = [reply for reply in self.hear() if isinstance(reply, Answer)]
        if not answer.error and isinstance(message, PartyCreate | PartyJoin) and answer.value["n"] >= self.n:
            self.party = answer.value
        return answer

    def error(self, kind, *args) -> str:
        return self.ask(kind, *args).error

    def hear(self) -> list[Any]:
        heard = []
        while replies := self.connection.take():
            heard += replies
            for push in (reply for reply in replies if isinstance(reply, Push)):
                self._pushed(push)
                if self.acknowledges:
                    self.acknowledge()
        return heard

    def acknowledge(self) -> None:
        self.connection.receiver.received(encode(Ack(0, 0, self.event)))

    def _pushed(self, push: Push) -> None:
        assert push.n > self.event
        self.event = push.n
        if push.kind == "party":
            assert push.data["n"] > self.n or push.data["code"] != (self.party or {}).get("code")
            self.party = push.data
            self.told.append(("party", seen(push.data)))
        else:
            if push.kind == "party_off":
                self.party = None
            self.match = push.data.get("match", self.match)
            self.told.append((push.kind, push.data.get("reason")))

    def take_told(self) -> list[tuple[str, Any]]:
        self.hear()
        told, self.told = self.told, []
        return told

    def drop(self) -> None:
        self.connection.drop()

    def resume(self) -> None:
        self.connection = self.house.visit()
        self.connection.receiver.received(
            encode(Resume(PROTOCOL_VERSION, self.welcome.lobby, self.welcome.token, 0, 0, self.event))
        )
        [self.welcome] = [reply for reply in self.hear() if isinstance(reply, Welcome)]

    async def come_again(self, secret: bytes, name: str = "") -> None:
        """A page that was reloaded."""
        self.event, self.party = 0, None
        self.connection = self.house.visit()
        self.connection.receiver.received(encode(Hello(PROTOCOL_VERSION, name, "", self.player, secret)))
        await settled()
        [self.welcome] = [reply for reply in self.hear() if isinstance(reply, Welcome)]


def seen(data: dict[str, Any]) -> str:
    """The members in order: a star for the leader, R for ready, S for seated; who is away is in brackets."""
    words = []
    for member in data["members"]:
        marks = ("*" if member["player"] == data["leader"] else "") + ("R" if member["ready"] else "")
        word = member["name"] + marks + ("S" if member["seated"] else "")
        words.append(word if member["here"] else f"[{word}]")
    return " ".join(words)


async def settled() -> None:
    for _ in range(6):  # guests are looked up
        await asyncio.sleep(0)


class Club(House):
    """A house with people in parties."""

    def person(self, name: str) -> Person:
        return Person(self, name)

    def people(self, *names: str) -> list[Person]:
        return [self.person(name) for name in names]

    def party(self, *names: str) -> list[Person]:
        """A party of these, who have heard of each other; the first leads."""
        people = self.people(*names)
        assert not people[0].error(PartyCreate)
        for person in people[1:]:
            assert not person.error(PartyJoin, people[0].code)
        self.settle(*people)
        return people

    def settle(self, *people: Person) -> None:
        self.pass_time(*people)
        for person in people:
            person.told.clear()

    def pass_time(self, *people: Person) -> None:
        for _ in range(3):
            self.loop.advance(TOLD_EVERY_S)
            for person in people:
                person.hear()

    def told(self, *people: Person) -> list[list[tuple[str, Any]]]:
        self.pass_time(*people)
        return [person.take_told() for person in people]
