"""Read the segments of a share, in this process or, where they are many, half of them in a second one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from regrade.errors import DataError
from regrade.evalset.collector import no_cycles
from regrade.evalset.events import Parsed
from regrade.evalset.review.blobs import read_blobs
from regrade.evalset.review.share import Share, ShareMaker
from regrade.evalset.segments import parse_segment_quickly

MANY = 200
"""Segments from which on half of them take longer than a second process takes to start."""


class Item(msgspec.Struct, array_like=True, frozen=True):
    """A segment to read."""

    number: int
    name: str
    path: str
    """Of a file; with ``object``: in git, from the top of the repository."""
    object: str = ""


class Order(msgspec.Struct, array_like=True, frozen=True):
    """What a process is asked to read."""

    root: str
    folder: str | None
    task_kind: str
    items: list[Item]
    slices: str = ""
    """See :class:`Picker`."""


class Answer(msgspec.Struct, array_like=True):
    """What it read."""

    share: Share
    unread: list[int]
    """Segments that must be looked at more closely, and may be refused."""


def read_shares(order: Order, meanwhile: Callable[[], object] = int) -> list[Answer]:
    """Return what the segments say, in one share or in two; ``meanwhile`` is called when there is nothing to do but wait."""
    if len(order.items) < MANY:
        return [read_share(order)]
    half = len(order.items) // 3 if order.slices else len(order.items) // 2  # to evaluate slices takes imports in the meantime
    mine, theirs = (msgspec.structs.replace(order, items=items) for items in (order.items[:half], order.items[half:]))
    with _second_process(theirs) as answer:
        answers = [read_share(mine)]
        meanwhile()
        return [*answers, answer() or read_share(theirs)]


def read_share(order: Order) -> Answer:
    """Read all that is ordered, in this process."""
    maker = ShareMaker(order.task_kind, order.slices)
    unread = {item.number for item in order.items}
    names = {item.number: item.name for item in order.items}
    kept: dict[int, bytes] = {}

    def again(number: int) -> Parsed:
        parsed = parse_segment_quickly(kept[number], names[number])
        assert parsed is not None, "it was taken apart once"
        return parsed

    with no_cycles():
        for item, data in _bytes_of(order):
            parsed = parse_segment_quickly(data, item.name)
            if parsed is not None:
                kept[item.number] = data
                unread.discard(item.number)
                maker.add(item.number, parsed)
        return Answer(maker.done(again), sorted(unread))


def _bytes_of(order: Order) -> Iterator[tuple[Item, bytes]]:
    """Yield the segments that can be read."""
    objects: dict[str, list[Item]] = {}
    for item in order.items:
        if item.object:
            objects.setdefault(item.object, []).append(item)
            continue
        with suppress(OSError):
            yield item, Path(item.path).read_bytes()
    folder = Path(order.folder) if order.folder else None
    with suppress(DataError):
        for object, data in read_blobs(Path(order.root), folder, {object: items[0].path for object, items in objects.items()}):
            for item in objects[object]:
                yield item, data


@contextmanager
def _second_process(order: Order) -> Iterator[Callable[[], Answer | None]]:
    """Let another process read ``order``; what is yielded waits for its answer, ``None`` where none comes."""
    process = None
    with ExitStack() as stack:
        with suppress(OSError):
            asked = stack.enter_context(TemporaryFile())  # a pipe would make us wait until the process reads
            asked.write(msgspec.msgpack.encode(order))
            asked.seek(0)
            command = [sys.executable, "-P", "-m", __name__]
            process = subprocess.Popen(command, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield lambda: _answer(process)


def _answer(process: subprocess.Popen[bytes] | None) -> Answer | None:
    if process is None or process.stdout is None:
        return None
    with process.stdout as answer:
        said = answer.read()
    try:
        return msgspec.msgpack.decode(said, type=Answer)
    except msgspec.DecodeError:
        return None


def main() -> None:
    """Be the second process."""
    answer = read_share(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order))
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
    sys.stdout.buffer.flush()
    os._exit(0)  # taking down what is in memory takes a tenth of the time


if __name__ == "__main__":
    main()
