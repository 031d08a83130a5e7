"""The ways in which a branch comes to main: what a git host's buttons and a developer's hands do."""

from __future__ import annotations

from collections.abc import Callable

from tests.git.team import Team


def merge(team: Team, branch: str) -> None:
    """`git merge`."""
    team.repository.git("merge", "-q", "--no-edit", branch)
    team.ledgers["main"].merge(team.ledgers[branch])


def no_ff(team: Team, branch: str) -> None:
    """`git merge --no-ff`."""
    team.repository.git("merge", "-q", "--no-ff", "--no-edit", branch)
    team.ledgers["main"].merge(team.ledgers[branch])


def rebase(team: Team, branch: str) -> None:
    """Rebase onto main, then fast-forward."""
    team.repository.git("rebase", "-q", "main", branch)
    team.ledgers[branch].merge(team.ledgers["main"])
    team.check(branch)
    team.repository.git("switch", "-q", "main")
    team.repository.git("merge", "-q", "--ff-only", branch)
    team.ledgers["main"].merge(team.ledgers[branch])


def squash(team: Team, branch: str) -> None:
    """One commit on main out of the whole branch."""
    team.repository.git("merge", "-q", "--squash", branch)
    team.repository.commit(f"squashed {branch}")
    team.ledgers["main"].merge(team.ledgers[branch])


def squash_go_on_merge(team: Team, branch: str) -> None:
    """Squash, go on with the old branch, then bring it in again, by a squash or a merge."""
    squash(team, branch)
    team.check("main")
    team.work("main", 20)
    team.work(branch, 40)
    team.repository.git("switch", "-q", "main")
    team.chance.choice([squash, merge])(team, branch)


def cherry_pick(team: Team, branch: str) -> None:
    """Each commit of the branch, picked."""
    team.repository.git("cherry-pick", f"main..{branch}")
    team.ledgers["main"].merge(team.ledgers[branch])


def cherry_pick_some_merge(team: Team, branch: str) -> None:
    """Some commits of the branch, picked; then the whole branch, merged."""
    picked = sorted(team.chance.sample(range(3), team.chance.randint(1, 2)))
    commits = team.repository.git("rev-list", "--reverse", f"main..{branch}").split()
    team.repository.git("cherry-pick", *[commits[each] for each in picked])
    team.ledgers["main"].pick(team.ledgers[branch].commits[each] for each in picked)
    team.check("main")
    team.work("main", 20)
    merge(team, branch)


def octopus(team: Team, branch: str) -> None:
    """Two branches at once, into a main that has moved on itself."""
    team.repository.git("merge", "-q", "--no-edit", branch, "other")
    team.ledgers["main"].merge(team.ledgers[branch])
    team.ledgers["main"].merge(team.ledgers["other"])


WAYS: list[Callable[[Team, str], None]] = [
    merge,
    rebase,
    squash,
    cherry_pick,
    octopus,
    squash_go_on_merge,
    cherry_pick_some_merge,
    no_ff,
]
