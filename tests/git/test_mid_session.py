"""Git moves files under an open session: it keeps its own decisions, sees the others', and decides on what it sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.evalset import Event
from regrade.log.content import Content
from tests.git.repository import Repository

CONTENT = Content({"hour": 7}, "s", outcome="late", prediction="on_time")


class Pair:
    """Ann's and Bob's clones of one repository."""

    def __init__(self, folder: Path) -> None:
        first = Repository.init(folder / "first")
        with first.open() as evalset:
            self.begin = evalset.label(["k0"], "storm")
        first.commit("begin")
        first.git("clone", "-q", "--bare", ".", str(folder / "origin.git"))
        origin = Repository(folder / "origin.git")
        self.ann, self.bob = origin.clone(folder / "ann"), origin.clone(folder / "bob")

    def bob_pushes(self, key: str, mode: str) -> Event:
        """Let Bob label, commit and push."""
        with self.bob.open("bob") as evalset:
            event = evalset.label([key], mode)
        self.bob.commit(f"{key} {mode}")
        self.bob.git("pull", "-q", "--no-edit")
        self.bob.git("push", "-q")
        return event


@pytest.fixture
def pair(quick_folder: Path) -> Pair:
    return Pair(quick_folder)


def over(event: Event) -> set[str]:
    return {id for write in event.writes for id in write.over}


@pytest.mark.parametrize("how", ["--no-rebase", "--rebase", "--ff-only"])
def test_pull_in_mid_session(pair: Pair, how: str) -> None:
    with pair.ann.open() as ann:
        if how != "--ff-only":
            committed = ann.label(["k9"], "crew")
            ann.seal()
            pair.ann.commit("k9")
        mine = ann.label(["k1"], "storm")
        his = pair.bob_pushes("k1", "crew")
        other = pair.bob_pushes("k2", "crew")

        pair.ann.git("pull", "-q", "--no-edit", how)

        assert ann.refresh()
        assert ann.state.is_live(mine.id)
        assert ann.unsealed == 1
        assert ann.state.status("k1") == "disputed"
        assert set(ann.state.heads("k1", "mode")) == {mine.id, his.id}
        assert over(ann.label(["k2"], "storm")) == {other.id}
        assert over(ann.resolve("k1", "crew")) == {mine.id, his.id}
        assert ann.state.counts()["disputed"] == 0
        if how != "--ff-only":
            assert ann.state.is_live(committed.id)
    pair.ann.commit("ann")
    pair.ann.git("push", "-q")
    with pair.bob.open("bob") as bob:
        pair.bob.git("pull", "-q", "--no-edit")
        assert bob.refresh()
        assert (bob.state.mode("k1"), bob.state.mode("k2"), bob.state.counts()["disputed"]) == ("crew", "storm", 0)


def test_a_decision_right_after_a_pull_sees_what_came_without_being_told(pair: Pair) -> None:
    with pair.ann.open() as ann:
        his = pair.bob_pushes("k0", "crew")
        pair.ann.git("pull", "-q", "--no-edit")
        assert his.id in over(ann.label(["k0"], "ground stop"))  # nobody has called refresh()
        assert ann.state.status("k0") == "labelled"


def test_undo_after_a_pull_takes_back_ones_own(pair: Pair) -> None:
    with pair.ann.open() as ann:
        mine = ann.label(["k1"], "storm")
        pair.bob_pushes("k2", "crew")
        pair.ann.git("pull", "-q", "--no-edit")
        assert [event.undoes for event in ann.undo()] == [(mine.id,)]
        assert (ann.state.status("k1"), ann.state.status("k2")) == ("open", "labelled")


def test_another_branch_and_back_in_mid_session(pair: Pair) -> None:
    repository = pair.ann
    repository.git("switch", "-q", "-c", "older")
    repository.git("switch", "-q", "main")
    with repository.open() as ann:
        sealed = ann.label(["k1"], "crew")
        ann.seal()
        repository.commit("k1")
        open_ = ann.label(["k2"], "crew")

        repository.git("switch", "-q", "older")
        ann.refresh()
        assert (ann.state.event(sealed.id), ann.state.is_live(open_.id)) == (None, True)
        assert ann.state.status("k1") == "open"
        there = ann.label(["k1", "k0"], "ground stop")
        assert over(there) == {pair.begin.id}
        ann.seal()
        repository.commit("k2 and k1, on the older branch")

        repository.git("switch", "-q", "main")
        ann.refresh()
        assert ann.state.is_live(sealed.id)
        assert ann.state.event(there.id) is None  # committed on the other branch, and there only
        assert ann.state.mode("k0") == "storm"
        last = ann.label(["k0"], "crew")
        assert over(last) == {pair.begin.id}
    repository.commit("k0")
    repository.git("merge", "-q", "--no-edit", "older")
    with repository.open(read_only=True) as merged:
        assert {sealed.id, open_.id, there.id, last.id} <= {event.id for event in merged.state.events()}
        assert [key for key in ("k0", "k1", "k2") if merged.state.status(key) == "disputed"] == ["k0", "k1"]


def test_a_branch_that_has_no_eval_set_yet(pair: Pair) -> None:
    repository = pair.ann
    (repository.root / "README").write_text("flights\n")
    with repository.open() as ann:
        mine = ann.label(["k1"], "crew")
        repository.git("switch", "-q", "--orphan", "empty")
        assert not repository.segments()
        ann.refresh()
        assert [event.id for event in ann.state.events()] == [mine.id]
        later = ann.label(["k1"], "storm")
        assert over(later) == {mine.id}
        repository.git("switch", "-q", "main")
        ann.refresh()
        assert {event.id for event in ann.state.events()} == {pair.begin.id, mine.id, later.id}
    with repository.open(read_only=True) as again:
        assert again.state.mode("k1") == "storm"


def test_stash_with_untracked_files_in_mid_session(pair: Pair) -> None:
    repository = pair.ann
    with repository.open() as ann:
        sealed = ann.label(["k1"], "crew")
        ann.seal()
        open_ = ann.label(["k2"], "crew")
        repository.git("stash", "-q", "-u")
        ann.refresh()
        assert ann.state.event(sealed.id) is None
        assert ann.state.is_live(open_.id)
        later = ann.label(["k3"], "crew")
        repository.git("stash", "pop", "-q")
        ann.refresh()
        assert all(ann.state.is_live(event.id) for event in (sealed, open_, later))
    with repository.open(read_only=True) as again:
        assert {event.id for event in again.state.events()} == {pair.begin.id, sealed.id, open_.id, later.id}


def test_stash_twice_before_the_first_commit(quick_folder: Path) -> None:
    """The first stash takes `.gitignore` away, too; the journal of a live session must not follow it."""
    repository = Repository.init(quick_folder / "new")
    (repository.root / "README").write_text("flights\n")
    repository.commit("begin")
    with repository.open() as ann:
        events = [ann.label(["k1"], "crew")]
        repository.git("stash", "-q", "-u")
        events.append(ann.label(["k2"], "crew"))
        assert repository.changes() == ""
        (repository.root / "new.txt").write_text("something to stash\n")
        repository.git("stash", "-q", "-u")
        events.append(ann.label(["k3"], "crew"))
        assert repository.git("stash", "show", "--include-untracked", "--name-only", "stash@{0}").split() == ["new.txt"]
    with repository.open(read_only=True) as again:
        assert {event.id for event in again.state.events()} == {event.id for event in events}


def test_a_hard_reset_in_mid_session_keeps_what_is_not_committed(pair: Pair) -> None:
    repository = pair.ann
    with repository.open() as ann:
        committed = ann.label(["k1"], "crew")
        ann.seal()
        repository.commit("k1")
        sealed = ann.label(["k2"], "crew")
        ann.seal()
        open_ = ann.label(["k3"], "crew")
        repository.git("reset", "-q", "--hard", "HEAD~")
        ann.refresh()
        assert [ann.state.is_live(event.id) for event in (committed, sealed, open_)] == [False, True, True]
    repository.git("cherry-pick", "ORIG_HEAD")
    with repository.open(read_only=True) as again:
        assert all(again.state.is_live(event.id) for event in (committed, sealed, open_))


def test_bisect_and_back_with_a_promotion(pair: Pair) -> None:
    """A detached work tree reads as it was; what is promoted there is a decision as any other."""
    repository = pair.ann
    with repository.open() as ann:
        promoted = ann.promote([("k0", CONTENT)], origin="failure", schemas={"s": "encoded"})
        version = ann.version
    repository.commit("k0 promoted")
    with repository.open() as ann:
        repository.git("checkout", "-q", "HEAD~")
        ann.refresh()
        assert ann.state.members() == []
        again = ann.promote([("k0", CONTENT)], origin="failure", schemas={"s": "encoded"})
        repository.git("checkout", "-q", "main")
        ann.refresh()
        assert {promoted.id, again.id} <= {event.id for event in ann.state.events()}
        assert (ann.state.status("k0"), ann.version) == ("promoted", version)
