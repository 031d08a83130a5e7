"""Fifty merges of branches with 300 decisions each, every way that git knows: 0 conflicts, 0 lost, every disagreement shown, no other."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from regrade.evalset.verify.check import verify
from tests.figures import Figures
from tests.git.integrate import WAYS, octopus
from tests.git.repository import TASK, Repository
from tests.git.team import Team

DECISIONS = 300
MERGES = 5


@pytest.mark.parametrize("seed", range(10))
def test_five_merges(seed: int, quick_folder: Path, figures: Figures) -> None:
    _merges(seed, quick_folder, figures)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10, 110))
def test_five_more_merges(seed: int, quick_folder: Path, figures: Figures) -> None:
    _merges(seed, quick_folder, figures)


def _merges(seed: int, folder: Path, figures: Figures) -> None:
    chance = random.Random(seed)
    team = Team(folder / "team", chance)
    main = team.ledgers["main"]
    for n in range(MERGES):
        way = WAYS[(seed * MERGES + n) % len(WAYS)]
        branch = f"branch-{n}"
        team.branch(branch)
        team.work(branch, DECISIONS, commits=3)
        if way is octopus:
            team.branch("other")
            team.work("other", DECISIONS)
        team.work("main", DECISIONS)
        before = main.disputed()
        way(team, branch)
        team.check("main")
        team.count_disputes("main", before)
        if way is octopus:
            team.repository.git("branch", "-q", "-D", "other")
    assert team.surfaced > 10
    figures(
        "git merges",
        merges=MERGES,
        decisions=team.decisions,
        conflicts=team.conflicts,
        lost=team.lost,
        disagreements=team.surfaced,
        not_surfaced=team.missed,
        false_disputes=team.false,
    )
    _resolve_all(team)
    first = team.repository.git("rev-list", "--max-parents=0", "HEAD").strip()
    verified = verify(team.repository.evalset_folder, team.repository.root, task_kind=TASK, base=first)
    assert verified.problems == ()
    assert verified.checked["disputed"] == 0
    clone = team.repository.clone(folder / "clone")
    with clone.open(read_only=True) as there, team.repository.open(read_only=True) as here:
        assert there.version == here.version
        assert there.state.n_events == here.state.n_events


def _resolve_all(team: Team) -> None:
    """End every dispute, on predictions and on modes; then there is none."""
    with team.repository.open("dee") as evalset:
        for subject in sorted({subject for subject, _ in team.ledgers["main"].shown}):
            for field in evalset.state.disputed_fields(subject):
                if field in evalset.state.disputed_fields(subject):  # the one before may have ended this one too
                    evalset.resolve(subject, evalset.state.values(subject, field)[0], field=field)
        assert evalset.state.counts()["disputed"] == 0
        assert not any(mode.disputed for mode in evalset.state.modes())
    team.repository.commit("all resolved")


def test_picking_the_last_of_two_corrections_disputes_nothing(quick_folder: Path) -> None:
    repository = Repository.init(quick_folder / "r")
    with repository.open() as evalset:
        evalset.label(["k"], "storm")
    repository.commit("base")
    repository.git("switch", "-q", "-c", "branch")
    for mode in ("crew", "short hop"):
        with repository.open("bob") as evalset:
            evalset.label(["k"], mode)
        repository.commit(mode)
    repository.git("switch", "-q", "main")
    repository.git("cherry-pick", "branch")
    with repository.open(read_only=True) as evalset:
        assert (evalset.state.status("k"), evalset.state.mode("k")) == ("labelled", "short-hop"), "its writer had seen the first go"
    repository.git("merge", "-q", "--no-edit", "branch")
    with repository.open(read_only=True) as evalset:
        assert (evalset.state.status("k"), evalset.state.mode("k")) == ("labelled", "short-hop")
