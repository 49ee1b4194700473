"""A plan's file under kills and under two writers: no entry that was kept is lost, and the file is
never half a file."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from secrets import randbits

from regimen import library, planning

WRITER = Path(__file__).with_name("writer.py")
KILLED = Path(__file__).with_name("killed.py")
ROOT = Path(__file__).parents[2]


def made(folder: Path) -> Path:
    protocol = planning.read_protocol(*library.protocol_text("b12-acth-infantile-spasms"))
    given = {"start": "2026-03-02", "twice_weekly_for": "2 weeks"}
    plan = planning.make_plan(
        protocol,
        {name: planning.Given(text) for name, text in given.items()},
        plan_id="0" * 32,
        made=datetime(2026, 3, 1, tzinfo=UTC),
    )
    path = folder / "plan.yaml"
    path.write_text(planning.plan_text(plan), encoding="utf-8")
    return path


def writer(plan: Path, count: int, name: str, pause: str = "0") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(plan), str(count), name, pause],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )


def kept(plan: Path) -> list[str]:
    """The reasons of the entries in the file, which must be a whole plan."""
    _, found = library.opened(str(plan))
    assert found is not None
    assert [each.number for each in found.entries] == list(range(1, len(found.entries) + 1))
    return [each.why for each in found.entries]


def test_a_kill_in_each_of_500_writings_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """Each at a random line of the writing of the file, from before it begins to after its end; in
    ten plans, because one with 500 entries is slow to read."""
    seed = randbits(32)
    outcomes = set[tuple[str, str]]()
    for place in range(10):
        folder = tmp_path / str(place)
        folder.mkdir()
        plan = made(folder)
        (folder / "other.yaml").write_bytes(plan.read_bytes())
        found = killed(plan, 50, seed + place)
        assert {whole for _, _, _, whole in found} == {"whole"}, seed
        outcomes |= {(code, outcome) for _, code, outcome, _ in found}
        stand = [f"entry {number}" for number, _, outcome, _ in found if outcome == "kept"]
        assert kept(plan) == stand, seed
    # said to be kept, and kept; killed and kept all the same; killed before: all three occur
    assert outcomes == {("0", "kept"), ("-9", "kept"), ("-9", "lost")}, seed


def killed(plan: Path, count: int, seed: int) -> list[list[str]]:
    """What became of each writing: its number, how its process ended, whether the file holds the
    entry, and whether the file is whole."""
    done = subprocess.run(
        [sys.executable, str(KILLED), str(plan), str(count), str(seed)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), seed
    found = [line.split() for line in done.stdout.splitlines()]
    assert len(found) == count, seed
    return found


def test_a_kill_at_any_moment_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """At a random moment of the whole command, with the clock."""
    seed = randbits(32)
    moments = random.Random(seed)
    plan = made(tmp_path)
    written, kills, before = 0, 0, list[str]()
    while written < 100:
        with writer(plan, 100 - written, f"run {kills}") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            said = [process.stdout.readline().strip() for _ in range(moments.randint(1, 12))]
            time.sleep(moments.uniform(0, 0.05))  # anywhere in the writing of the next one
            process.kill()
            # communicate() would leave out the lines that were read ahead
            said += process.stdout.read().split("\n")[:-1]
            assert not process.stderr.read(), seed
        said = [each for each in said if each]
        after = kept(plan)
        # every entry that was said to be kept is there, and at most the one being written besides
        assert after[: len(before) + len(said)] == [*before, *said], seed
        assert len(after) <= len(before) + len(said) + 1, seed
        written, kills, before = len(after), kills + 1, after
    assert kills > 5, seed


def test_two_writers_at_once_both_keep_their_entries(tmp_path: Path) -> None:
    plan = made(tmp_path)
    both = [writer(plan, 100, name, "0.07") for name in ("nurse", "pharmacist")]
    for process in both:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
    found = kept(plan)
    assert len(found) == 200
    for name in ("nurse", "pharmacist"):
        assert [each for each in found if each.startswith(name)] == [
            f"{name} {n}" for n in range(100)
        ]
    orders = [each.split()[0] for each in found]
    assert orders != sorted(orders), "the two never met: nothing was tried"
