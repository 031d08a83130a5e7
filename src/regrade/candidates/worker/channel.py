"""Messages between regrade and a candidate's process: ``>IQ`` (length of a JSON header, length of a payload), then both."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

FRAME = struct.Struct(">IQ")


def receive(fd: int) -> tuple[dict[str, Any], bytes]:
    """Return the next message; EOFError when the other side is gone."""
    size, more = FRAME.unpack(read(fd, FRAME.size))
    return json.loads(read(fd, size)), read(fd, more)


def read(fd: int, size: int) -> bytes:
    """Return exactly ``size`` bytes; EOFError when the other side is gone."""
    parts = bytearray()
    while len(parts) < size:
        part = os.read(fd, min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def send(fd: int, header: dict[str, Any], payload: bytes = b"") -> None:
    """Write one message."""
    text = json.dumps(header).encode("ascii")
    for part in (FRAME.pack(len(text), len(payload)) + text, payload):
        view = memoryview(part)
        while view:
            view = view[os.write(fd, view) :]
