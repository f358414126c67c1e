"""The JavaScript client's types: what is in ``types/`` is made from the comments, and fits how the client is used."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "client" / "js"
AGAIN = "client/js/types/ is not what the comments say: npm run types (in client/js)"

GOOD = """
import { connect, Identity, RequestRefused, statusText, type LobbyState, type Update } from "@rallypoint/client";

export async function play(): Promise<number> {
  const lobby = await connect("ws://localhost:8000", { name: "Ann", identity: Identity.storage("game"), fresh: true });
  lobby.onState = (state: LobbyState) => console.log(state, statusText(lobby));
  const stop = new AbortController();
  const seat = await lobby.quickMatch("orbit", { onWait: (place, waiting) => place + waiting, signal: stop.signal });
  const seq: number | null = seat.hold(seat.inputs.Steer({ turn: 1, thrust: true }));
  seat.onEvent = (event) => event.kind.length + event.n;
  for await (const update of seat) {
    const { tick, view }: Update = update;
    const x: number = view.me?.one("Ship")?.x ?? tick;
    if (x > 1) break;
  }
  try {
    await lobby.join({ code: "K7M2QX" });
  } catch (error) {
    if (error instanceof RequestRefused) console.log(error.code);
  }
  const list = await lobby.sessions("orbit", { where: ["free > 0", ["meta.level", ">=", 3]], limit: 10 }).ready;
  await lobby.spectate(list.rows[0]);
  const kept: number | null = seat.keptForS;
  return (seq ?? 0) + (kept ?? 0) + seat.roundTripMs!;
}
"""
BAD = {
    'import { connect } from "@rallypoint/client"; await connect(8000);': "not assignable to parameter",
    'import { conect } from "@rallypoint/client"; conect();': "has no exported member",
    'import { Lobby } from "@rallypoint/client"; new Lobby("ws://a").quickMatch(1);': "not assignable to parameter",
    'import { Seat } from "@rallypoint/client"; (seat: Seat) => { seat.state = "closed"; };': "read-only property",
    'import { Seat } from "@rallypoint/client"; (seat: Seat) => seat.hold({ turn: 1 });': "not exist in type 'Input'",
}


@pytest.fixture(scope="module")
def tsc() -> str:
    """The compiler: that of ``npm install`` in client/js, or any."""
    folders = [str(CLIENT / "node_modules" / ".bin"), *os.environ.get("PATH", "").split(os.pathsep)]
    found = shutil.which("tsc", path=os.pathsep.join(folders))
    if found is None:
        pytest.skip("needs TypeScript (npm install in client/js)")
    return found


def run(tsc: str, *arguments: str, folder: Path = CLIENT) -> str:
    done = subprocess.run([tsc, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout


def names_in(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*.d.ts")}


def test_the_code_fits_its_comments(tsc: str) -> None:
    assert run(tsc, "-p", "tsconfig.json") == ""


def test_the_pages_of_the_games_fit_their_comments(tsc: str) -> None:
    assert run(tsc, "-p", str(Path(__file__).parent / "tsconfig.pages.json")) == ""


def test_the_types_are_what_the_comments_say(tsc: str, tmp_path: Path) -> None:
    assert run(tsc, "-p", "tsconfig.types.json", "--outDir", str(tmp_path)) == ""
    made, kept = names_in(tmp_path), names_in(CLIENT / "types")
    assert made == kept, AGAIN
    _, different, errors = filecmp.cmpfiles(tmp_path, CLIENT / "types", sorted(made), shallow=False)
    assert (different, errors) == ([], []), AGAIN


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody's project, in which the client is installed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    installed = folder / "node_modules" / "@rallypoint"
    installed.mkdir(parents=True)
    (installed / "client").symlink_to(CLIENT, target_is_directory=True)
    return folder


OPTIONS = [
    "--strict",
    "--noEmit",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--lib",
    "es2022,dom,dom.asynciterable",
]


def test_a_program_that_uses_the_client_is_checked_against_it(tsc: str, project: Path) -> None:
    (project / "good.ts").write_text(GOOD, encoding="utf-8")
    assert run(tsc, *OPTIONS, "good.ts", folder=project) == ""


def test_mistakes_are_found_before_they_run(tsc: str, project: Path) -> None:
    names = [f"bad{number}.ts" for number in range(len(BAD))]
    for name, text in zip(names, BAD, strict=True):
        (project / name).write_text(text + "\nexport {};\n", encoding="utf-8")
    found = run(tsc, *OPTIONS, *names, folder=project).splitlines()  # one start of the compiler takes seconds
    for name, words in zip(names, BAD.values(), strict=True):
        assert any(line.startswith(name) and words in line for line in found), name
