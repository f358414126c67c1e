"""A session goes on with another version of its game, if the game says how; and what ``save`` and ``load`` are for."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from rallypoint import Entity, Game, Player, field, private, transient
from rallypoint.core.game_image import GameImage, GameImageRefused
from rallypoint.game.driver import GameDriver
from rallypoint.game.errors import DefinitionError
from rallypoint.testing import Match


class Ship(Entity):
    x: float = field(0.0)
    hull: int = field(3)


class OldGame(Game, seats=(1, 4), name="fleet"):
    uses: ClassVar = [Ship]
    round: int = field(1)

    def joined(self, player: Player) -> None:
        self.spawn(Ship, owner=player, x=1.5)
        self.after(5, "expire", 1)

    def expire(self, id_: int) -> None:
        pass


class Vessel(Entity):
    x: float = field(0.0)
    hull: float = field(1.0)
    crew: list[int] = private([7])


class NewGame(Game, seats=(1, 4), name="fleet"):
    uses: ClassVar = [Vessel]
    round: int = field(1)
    weather: str = field("calm")
    change: ClassVar[Any] = staticmethod(lambda state: state)

    @classmethod
    def migrate(cls, state: dict[str, Any]) -> dict[str, Any]:
        ships = state["entities"].pop("Ship", [])
        state["entities"]["Vessel"] = [{**ship, "hull": ship["hull"] / 3} for ship in ships]
        return cls.change(state)  # type: ignore[no-any-return]  # whatever a test wants

    def expire(self, id_: int) -> None:
        pass


def old_image() -> GameImage:
    match = Match(OldGame, players=2)
    match.game.round = 4
    match.step(3)
    return match._driver.image()


def migrated(game: type[Game[Any]] = NewGame) -> GameDriver:
    driver = GameDriver(game.definition(), 0)
    driver.restore(old_image())
    return driver


def test_migrate_gives_the_state_of_the_new_version_and_new_fields_have_their_first_values():
    driver = migrated()
    game: Any = driver.game
    assert (game.round, game.weather) == (4, "calm")
    assert [(ship.id, ship.x, ship.hull, ship.crew, ship.owner.seat) for ship in game.all(Vessel)] == [
        (1, 1.5, 1.0, [7], 0),
        (2, 1.5, 1.0, [7], 1),
    ]
    assert driver.image().schema == NewGame.definition().kept_schema.encoded
    assert driver.next_timer_ms is not None


def test_another_version_without_migrate_is_refused_and_told_apart():
    class Other(Game, seats=1, name="fleet"):
        uses: ClassVar = [Ship]
        score: int = field(0)

    with pytest.raises(GameImageRefused) as refused:
        migrated(Other)
    assert str(refused.value) == "Other was another version (without Game.score; with Game.round), and has no `migrate`"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda state: None, "NewGame.migrate gave something else than a state: Expected `object`, got `null`"),
        (lambda state: {**state, "more": 1}, "gave something else than a state"),
        (lambda state: {**state, "game": {"rounds": 1}}, "gave Game.rounds: NewGame has no such field"),
        (lambda state: {**state, "players": []}, r"gave players in the seats \[\], not \[0, 1\]"),
        (lambda state: {**state, "entities": {"Ship": []}}, "gave entities of a class Ship: there is none"),
        (lambda state: {**state, "entities": {"Vessel": [{"x": 1.0}]}}, "gave a Vessel with the id None"),
        (lambda state: {**state, "entities": {"Vessel": [{"id": 99}]}}, "with the id 99: keep the ids"),
        (lambda state: {**state, "entities": {"Vessel": [{"id": 1, "owner": 3}]}}, "to seat 3, which nobody has"),
        (
            lambda state: {**state, "game": {"weather": 5}},
            "what NewGame.migrate has given: Game.weather: Expected `str`",
        ),
    ],
)
def test_what_migrate_gives_is_checked(change: Any, why: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(NewGame, "change", staticmethod(change))
    with pytest.raises(GameImageRefused, match=why):
        migrated()


def test_a_timer_whose_method_is_no_more_is_refused():
    class Other(Game, seats=(1, 4), name="fleet"):
        uses: ClassVar = [Ship]
        round: int = field(1)

    with pytest.raises(GameImageRefused, match="a timer calls 'expire', and Other has no such method any more"):
        migrated(Other)


def test_migrate_is_no_ordinary_method():
    with pytest.raises(DefinitionError, match=r"Bad\.migrate is called before there is a game. Write `@staticmethod`"):

        class Bad(Game, seats=1):
            def migrate(self, state: dict[str, Any]) -> dict[str, Any]:
                return state

    with pytest.raises(DefinitionError, match=r"Worse\.migrate is given the state"):

        class Worse(Game, seats=1):
            @staticmethod
            def migrate() -> None: ...


# --- save, load -------------------------------------------------------------------------------------------------------


class World(Game, seats=1):
    uses: ClassVar = []
    ticks: int = field(0)
    engine: list[int] = transient([])
    order: list[str] = transient([])

    def tick(self) -> None:
        self.ticks += 1
        self.engine.append(self.ticks)

    def save(self) -> Any:
        return {"engine": tuple(self.engine)}

    def load(self, saved: Any) -> None:
        self.engine = saved["engine"]
        self.order.append(f"load at {self.ticks}")

    def restored(self) -> None:
        self.order.append("restored")


def test_what_save_gave_is_loaded_before_restored_with_the_fields_in_place():
    match = Match(World, players=1)
    match.step(3)
    ticks = match.game.ticks
    match.recover()
    assert match.game.engine == list(range(1, ticks + 1))
    assert match.game.order == [f"load at {ticks}", "restored"]


def test_save_is_asked_for_whole_images_alone_and_may_be_older_than_the_fields():
    match = Match(World, players=1)
    image = match._driver.image()
    saved_at = image.tick
    match.step(5)
    kept = match._driver.image()
    image.tick, image.game = kept.tick, kept.game  # as if it had followed the changes
    driver = GameDriver(World.definition(), 0)
    driver.restore(image)
    assert driver.image().encode() == image.encode()
    assert driver.image().saved_tick == saved_at
    assert len(driver.game.engine) < driver.game.ticks  # type: ignore[attr-defined]  # of World
    driver.revive()
    assert driver.image().saved_tick == image.tick


def test_what_save_gives_is_plain():
    class Wrong(World, seats=1):
        uses: ClassVar = []

        def save(self) -> Any:
            return object()

    with pytest.raises(TypeError, match=r"Wrong.save\(\) gave what cannot be kept"):
        Match(Wrong, players=1).recover()


# --- arguments --------------------------------------------------------------------------------------------------------


def test_arguments_are_at_once_what_they_are_after_a_recovery():
    seen: list[Any] = []

    class Timed(Game, seats=1):
        uses: ClassVar = []

        def later(self, *args: Any) -> None:
            seen.append(args)

    match = Match(Timed, players=1)
    args = ((1, (2, 3)), {"a": (1,)}, 1.5, b"x")
    match.game.after(0.1, "later", *args)
    match.step(3)
    match.game.after(0.1, "later", *args)
    match.recover()
    match.step(3)
    assert seen == [([1, [2, 3]], {"a": [1]}, 1.5, b"x")] * 2


def test_arguments_that_cannot_be_kept_are_refused_at_once():
    match = Match(OldGame, players=1)
    for value in (object(), [object()], 2**80, {"a": [match.game]}):
        with pytest.raises(TypeError, match=r"after\(..., 'expire'\): arguments are kept, so give plain data"):
            match.game.after(1, "expire", value)
    with pytest.raises(TypeError, match=r"after\(..., 'expire'\): give an entity's id"):
        match.game.after(1, "expire", match.game.all(Ship)[0])
