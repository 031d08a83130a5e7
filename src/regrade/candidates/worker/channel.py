"""Messages between regrade and a candidate's process: ``>IQ`` (length of a JSON header, length of a payload), then both."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

FRAME = struct.Struct(">IQ")


def receive(fd: int) -> tuple[dict[str, Any], memoryview]:
    """Return the next message; EOFError when the other side is gone."""
    size, more = FRAME.unpack(read(fd, FRAME.size))
    return json.loads(bytes(read(fd, size))), read(fd, more)


def read(fd: int, size: int) -> memoryview:
    """Return exactly ``size`` bytes, which nobody may change; EOFError when the other side is gone."""
    whole = bytearray(size)
    left = memoryview(whole)
    while left:
        done = os.readv(fd, [left])
        if not done:
            raise EOFError
        left = left[done:]
    return memoryview(whole).toreadonly()


def send(fd: int, header: dict[str, Any], *parts: Any) -> None:
    """Write one message; its payload is these parts, one after the other: anything whose bytes lie side by side."""
    text = json.dumps(header).encode("ascii")
    payload = [memoryview(part).cast("B") for part in parts if memoryview(part).nbytes]
    for view in (memoryview(FRAME.pack(len(text), sum(map(len, payload))) + text), *payload):
        while view:
            view = view[os.write(fd, view) :]
