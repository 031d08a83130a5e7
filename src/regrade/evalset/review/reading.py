"""Read the segments of a share, in this process or, where they are many, in two that take parts of them in turn."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from regrade.errors import DataError, IntegrityError
from regrade.evalset.collector import no_cycles
from regrade.evalset.events import Parsed
from regrade.evalset.review.blobs import read_blobs
from regrade.evalset.review.second import second_process
from regrade.evalset.review.share import Share, ShareMaker
from regrade.evalset.segments import parse_segment_quickly
from regrade.git import Objects

MANY = 200
"""Segments from which on half of them take longer than a second process takes to start."""
PARTS = 32
"""What is taken at a time: small enough that neither waits long for the other; fewer than 256, a byte says which."""


class Item(msgspec.Struct, array_like=True, frozen=True):
    """A segment to read."""

    number: int
    name: str
    path: str
    """Of a file; with ``object``: in git, from the top of the repository."""
    object: str = ""


class Order(msgspec.Struct, array_like=True, frozen=True):
    """What is to be read."""

    root: str
    folder: str | None
    task_kind: str
    items: list[Item]
    slices: str = ""
    """See :class:`Picker`."""

    def part(self, number: int) -> list[Item]:
        """Return one of ``PARTS`` parts of the items."""
        return self.items[len(self.items) * number // PARTS : len(self.items) * (number + 1) // PARTS]


class Answer(msgspec.Struct, array_like=True):
    """What was read."""

    share: Share
    unread: list[int]
    """Segments that must be looked at more closely, and may be refused."""
    parts: list[int]
    """Numbers of the parts that were taken."""


def read_shares(order: Order, meanwhile: Callable[[], object] = int) -> list[Answer]:
    """Return what the segments say, in one share or several; ``meanwhile`` is called while a second process reads, where there is one."""
    if len(order.items) < MANY:
        return [read_share(order, range(PARTS))]
    with _queue() as queue, second_process(queue, lambda: _read_for(order, queue), lambda: msgspec.msgpack.encode(order)) as said:
        meanwhile()
        answers = [read_share(order, _taken(queue))]
        with suppress(msgspec.DecodeError):
            answers.append(msgspec.msgpack.decode(said(), type=Answer))
    left = set(range(PARTS)).difference(*(answer.parts for answer in answers))  # taken by one that died
    return [*answers, read_share(order, sorted(left))] if left else answers


def read_share(order: Order, parts: Iterable[int]) -> Answer:
    """Read parts of what is ordered, in this process."""
    maker = ShareMaker(order.task_kind, order.slices)
    unread: list[int] = []
    taken: list[int] = []
    items = {item.number: item for item in order.items}

    def again(number: int) -> Parsed:
        for item, data in _bytes_of(order, git, [items[number]]):
            parsed = parse_segment_quickly(data, item.name)
            if parsed is not None:
                return parsed
        raise IntegrityError("has changed while it was read", where=items[number].path)

    with no_cycles(), Objects(Path(order.root)) as git:
        for part in parts:
            taken.append(part)
            missing = {item.number for item in order.part(part)}
            for item, data in _bytes_of(order, git, order.part(part)):
                parsed = parse_segment_quickly(data, item.name)
                if parsed is not None:
                    missing.discard(item.number)
                    maker.add(item.number, parsed)
            unread += sorted(missing)
        return Answer(maker.done(again), unread, taken)


def _bytes_of(order: Order, git: Objects, items: Iterable[Item]) -> Iterator[tuple[Item, bytes]]:
    """Yield those of ``items`` that can be read."""
    objects: dict[str, list[Item]] = {}
    for item in items:
        if item.object:
            objects.setdefault(item.object, []).append(item)
            continue
        with suppress(OSError):
            yield item, Path(item.path).read_bytes()
    folder = Path(order.folder) if order.folder else None
    with suppress(DataError):
        for object, data in read_blobs(git.read, folder, {object: same[0].path for object, same in objects.items()}):
            for item in objects[object]:
                yield item, data


@contextmanager
def _queue() -> Iterator[int]:
    """Yield a pipe that holds a byte for each part: whoever is free takes the next."""
    queue, end = os.pipe()
    try:
        os.write(end, bytes(range(PARTS)))
        os.close(end)
        yield queue
    finally:
        os.close(queue)


def _taken(queue: int) -> Iterator[int]:
    """Take parts until none is left."""
    while part := os.read(queue, 1):
        yield part[0]


def _read_for(order: Order, queue: int) -> bytes:
    """Be the second process."""
    return msgspec.msgpack.encode(read_share(order, _taken(queue)))


def answer(asked: bytes, queue: int) -> bytes:
    """Be the second process, where it was started anew: it is told what to read."""
    return _read_for(msgspec.msgpack.decode(asked, type=Order), queue)
