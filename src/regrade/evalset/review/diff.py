"""What changed between two moments of an eval set. A function of the two states alone; docs say what each list means."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from regrade.evalset.examples import Example
from regrade.evalset.review.causes import Causes
from regrade.evalset.review.changes import Added, Cause, Changed, Diff, Labels, Left, Outside, Relabelled, Tally
from regrade.evalset.review.disputes_between import disputes
from regrade.evalset.review.mode_changes import mode_changes
from regrade.evalset.state import State
from regrade.log.content import JSON, Content, canonical

Right = Callable[[JSON, JSON], bool | None]
"""From what is expected, and what was answered, to whether that is right."""


def diff(before: State, after: State, *, right: Right | None = None) -> Diff:
    """Return what came in, left and changed from ``before`` to ``after``.

    Every member of either side stands in exactly one of ``added``, ``retired`` and ``gone``, or, being in both, in ``unchanged``
    or in one or several of the other lists. Keys are sorted.

    Parameters
    ----------
    before, after : State
        Any two: neither needs to be older, or to know what the other does.
    right : callable, optional
        Says of a relabelled example whether production's answer was right, and is now.
    """
    return _Comparer(before, after, right or (lambda expected, prediction: None)).diff()


class _Comparer:
    """One comparison: the two states, the names of modes, and the lists as they grow."""

    def __init__(self, before: State, after: State, right: Right) -> None:
        self.before, self.after, self.right = before, after, right
        self.causes = Causes(before, after)
        self.names = mode_names(before, after)
        self.relabelled: list[Relabelled] = []
        self.changed: dict[str, list[Changed]] = {name: [] for name in ("pinned", "partition", "weight", "origin", "content")}

    def diff(self) -> Diff:
        before, after = self.before, self.after
        old_keys, new_keys = set(before.members()), set(after.members())
        added = [self._added(key) for key in sorted(new_keys - old_keys)]
        left = [self._left(key) for key in sorted(old_keys - new_keys)]
        unchanged = [key for key in sorted(old_keys & new_keys) if not self._compare(before.example(key), after.example(key))]
        newly, settled = disputes(before, after, self.causes, self.names)
        disturbed = {each.subject for each in newly + settled}
        pins = self.changed["pinned"]
        return Diff(
            added=added,
            retired=[each for each in left if each.how == "retired"],
            gone=[each for each in left if each.how != "retired"],
            relabelled=self.relabelled,
            pinned=[each for each in pins if each.after],
            unpinned=[each for each in pins if not each.after],
            repartitioned=self.changed["partition"],
            reweighted=self.changed["weight"],
            new_origin=self.changed["origin"],
            new_content=self.changed["content"],
            disputed=newly,
            settled=settled,
            modes=mode_changes(before, after, self.causes),
            outside=self._outside(old_keys | new_keys),
            unchanged=[key for key in unchanged if key not in disturbed] if disturbed else unchanged,
            by_mode=tallies(*(self._modes(state) for state in (before, after))),
            by_origin=tallies(*(_origins(state) for state in (before, after))),
            new_decisions=sum(before.event(event.id) is None for event in after.events()),
            missing_decisions=sum(after.event(event.id) is None for event in before.events()),
        )

    def _added(self, key: str) -> Added:
        example = self.after.example(key)
        cause, behind = self._moved(key)
        return Added(
            key=key,
            cause=cause,
            behind=behind,
            origin=example.origin,
            mode=self._mode_name(example.mode),
            expected=list(example.expected),
            weight=example.weight,
            partition=example.partition,
            pinned=example.pinned,
            disputed=example.disputed,
            again=bool(self.before.values(key, "content")),
            note="; ".join(self.after.notes(key)),
        )

    def _left(self, key: str) -> Left:
        example = self.before.example(key)
        cause, behind = self._moved(key)
        said = self.after.values(key, "member")
        how = "behind" if behind else next((each for each in ("retired", "dismissed") if each in said), "undone")
        return Left(
            key=key,
            cause=cause,
            behind=behind,
            how=how,
            origin=example.origin,
            mode=self._mode_name(example.mode),
            expected=list(example.expected),
            pinned=example.pinned,
        )

    def _moved(self, key: str) -> tuple[Cause | None, bool]:
        """Return who brought a prediction in, or took it out; not who gave it other content besides."""
        cause, behind = self.causes.of(key, "member")
        return (cause, behind) if cause or behind else self.causes.of(key, "content")

    def _compare(self, old: Example, new: Example) -> bool:
        """Note what is other about an example of both sides; return whether anything is."""
        if old is new or old == new:
            return False
        key = new.key
        labels = self._relabelled(old, new)
        found = [
            labels,
            self._note("pinned", key, old.pinned, new.pinned, "pinned"),
            self._note("partition", key, old.partition, new.partition, "partition"),
            self._note("weight", key, old.weight, new.weight, "sample"),
            self._note("origin", key, sorted(old.origins), sorted(new.origins), "sample", "origin"),
            old.content_hash != new.content_hash
            and self._note("content", key, old.content_hash, new.content_hash, "content", columns=_columns(old.content, new.content)),
        ]
        return any(found)

    def _relabelled(self, old: Example, new: Example) -> bool:
        key = new.key
        expected = [list(old.expected), list(new.expected)]
        other_value = not _same(*expected)
        other_mode = self._other_mode(key)
        if not other_value and not other_mode:
            return False
        cause, behind = self._said_otherwise(key) if other_value else (None, False)
        mode_cause, mode_behind = self.causes.of(key, "mode") if other_mode else (None, False)
        modes = self._mode_names(self.before, key), self._mode_names(self.after, key)
        if other_value and other_mode and behind != mode_behind:  # one was decided, the other is only lacking: two rows
            kept = modes[int(behind)]
            self._relabel(old, new, cause, behind, (kept, kept), flips=True)
            self._relabel(old, new, mode_cause, mode_behind, modes, flips=False)
            return True
        if cause is None and (mode_cause is not None or not other_value):
            cause, behind, mode_cause = mode_cause, mode_behind, None
        self._relabel(old, new, cause, behind, modes, flips=other_value, mode_cause=mode_cause)
        return True

    def _relabel(
        self,
        old: Example,
        new: Example,
        cause: Cause | None,
        behind: bool,
        modes: tuple[list[str], list[str]],
        *,
        flips: bool,
        mode_cause: Cause | None = None,
    ) -> None:
        """Note one row of who labelled an example otherwise; ``flips``: its expected value is part of it."""
        expected = [list(old.expected), list(new.expected)] if flips else [list(new.expected)] * 2
        prediction = new.content.prediction
        answered = [self.right(values[0], prediction) if len(values) == 1 and prediction is not None else None for values in expected]
        self.relabelled.append(
            Relabelled(
                key=new.key,
                cause=cause,
                behind=behind,
                before=Labels(expected[0], modes[0]),
                after=Labels(expected[1], modes[1]),
                flip=flips and len(expected[0]) == len(expected[1]) == 1,
                origin=new.origin,
                pinned=old.pinned or new.pinned,
                prediction=prediction,
                right_before=answered[0],
                right_after=answered[1],
                mode_cause=mode_cause,
            )
        )

    def _said_otherwise(self, key: str) -> tuple[Cause | None, bool]:
        """Return who changed what is expected: a person's word, or the outcome of another content where nobody has said anything."""
        said = [self.before.values(key, "expected"), self.after.values(key, "expected")]
        return self.causes.of(key, "content" if _same(*said) else "expected")

    def _other_mode(self, key: str) -> bool:
        """Return whether somebody labelled with another mode; that a mode was renamed or merged is no change of its examples."""
        old, new = self.before.values(key, "mode"), self.after.values(key, "mode")
        if old == new:
            return False
        books = (self.before.book, self.after.book)
        return all({book.resolve(each) for each in old} != {book.resolve(each) for each in new} for book in books)

    def _note(self, what: str, key: str, old: JSON, new: JSON, *fields: str, columns: list[str] | None = None) -> bool:
        if old == new:
            return False
        cause, behind = self.causes.of(key, *fields)
        self.changed[what].append(Changed(key=key, cause=cause, behind=behind, field=what, before=old, after=new, columns=columns or []))
        return True

    def _mode_name(self, id: str | None) -> str | None:
        """Return what a mode is called now, merges followed."""
        if id is None:
            return None
        id = self.after.book.resolve(id)
        return self.names.get(id, id)

    def _mode_names(self, state: State, key: str) -> list[str]:
        ids = {state.book.resolve(each) for each in state.values(key, "mode") if isinstance(each, str)}
        return sorted(self.names.get(id, id) for id in ids)

    def _modes(self, state: State) -> dict[str, str | None]:
        """Return what the mode of each member is called now, on both sides: that two were merged, or parted, moves no example."""
        resolve, names = self.after.book.resolve, self.names
        found: dict[str, str | None] = {}
        for key in state.members():
            ids = sorted(resolve(each) for each in state.values(key, "mode") if isinstance(each, str))
            found[key] = names.get(ids[0], ids[0]) if ids else None
        return found

    def _outside(self, members: set[str]) -> Outside:
        before, after = self.before, self.after
        keys = {*before.decided_keys(), *after.decided_keys()} - members
        moved = sorted(key for key in keys if before.status(key) != after.status(key))
        return Outside(*([key for key in moved if after.status(key) == status] for status in ("labelled", "dismissed", "open")))


def mode_names(before: State, after: State) -> dict[str, str]:
    """Return mode id to name, merged ones included: the name of the later side, where it has one."""
    return {id: str(names[0]) for state in (before, after) for id in state.book.ids() if (names := state.values(id, "name"))}


def _origins(state: State) -> dict[str, str | None]:
    return {example.key: example.origin for example in state.examples()}


def tallies(before: dict[str, str | None], after: dict[str, str | None]) -> list[Tally]:
    """Count keys by group, the largest group of ``after`` first; one that no key has on either side is not there."""
    found: dict[str | None, list[int]] = {}
    for key, name in before.items():
        counts = found.setdefault(name, [0, 0, 0, 0])
        counts[0] += 1
        counts[3] += after.get(key, _ABSENT) != name
    for key, name in after.items():
        counts = found.setdefault(name, [0, 0, 0, 0])
        counts[1] += 1
        counts[2] += before.get(key, _ABSENT) != name
    return by_size(Tally(name, *counts) for name, counts in found.items())


def by_size(rows: Iterable[Tally]) -> list[Tally]:
    """Return tallies, the largest group of the later side first."""
    return sorted(rows, key=lambda row: (-row.after, -row.before, row.name is None, row.name or ""))


_ABSENT = "\0"


def _same(old: Iterable[JSON], new: Iterable[JSON]) -> bool:
    return sorted(map(canonical, old)) == sorted(map(canonical, new))


def _columns(old: Content, new: Content) -> list[str]:
    """Return the inputs that are new or other, and ``-name`` for those that are gone; none where only their types are."""
    nothing = object()
    gone = [f"-{name}" for name in old.inputs if name not in new.inputs]
    return gone + [name for name, value in new.inputs.items() if old.inputs.get(name, nothing) != value]
