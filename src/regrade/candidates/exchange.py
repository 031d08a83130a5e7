"""One request to a candidate's process and its answer, as far as they are written and read."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

_FRAME = struct.Struct(">IQ")
_LONGEST_HEADER = 1 << 28
_LONGEST_PAYLOAD = 1 << 30
"""Bytes of an answer: 65,536 rows of 16 kB, or of probabilities of 2,000 classes. A flood is held to that, too."""

Asked = tuple[Mapping[str, Any], bytes | memoryview]
"""The header and the payload of a request; the header is known again by being the same object."""


class Message:
    """An answer on its way: ``missing`` bytes of its frame, its header or its payload are still to come."""

    def __init__(self) -> None:
        self._frame, self.header, self.payload = bytearray(), bytearray(), bytearray()
        self._parts = [(self._frame, _FRAME.size)]

    @property
    def missing(self) -> int:
        """Bytes that may be added at once; 0 when it is whole."""
        return self._parts[0][1] - len(self._parts[0][0]) if self._parts else 0

    def add(self, part: bytes) -> None:
        """Take the next bytes, ``missing`` at most. It grows by what is there, whatever it says of its size. Raises ValueError."""
        whole, wanted = self._parts[0]
        whole += part
        if len(whole) < wanted:
            return
        del self._parts[0]
        if whole is self._frame:
            size, more = _FRAME.unpack(whole)
            if size > _LONGEST_HEADER or more > _LONGEST_PAYLOAD:
                raise ValueError("what is no answer on the channel, or more than can be taken,")
            self._parts = [each for each in ((self.header, size), (self.payload, more)) if each[1]]


class Exchange:
    """One request and its answer: ``unsent`` parts are still to be written, ``said`` is what was answered."""

    def __init__(self, asked: Asked, turn: int) -> None:
        header, payload = asked
        text = json.dumps({**header, "turn": turn}).encode()
        self.header, self.turn = header, turn
        self.unsent = [memoryview(part) for part in (_FRAME.pack(len(text), len(payload)) + text, payload) if len(part)]
        self.begun = False
        self.answer = Message()
        self.said: tuple[dict[str, Any], memoryview] | None = None
