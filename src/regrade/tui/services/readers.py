"""Readers of the log, one for each lane that asks it; a lane whose question is given up is interrupted here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regrade.log import PredictionLog, Reader, Source
    from regrade.tui.services.log_service import LogService


class Readers:
    """Made when they are asked for, anew where the log was opened anew.

    Parameters
    ----------
    log : LogService
        Opens the log.
    decided : callable, optional
        Returns what people decided since a mark, for expressions over status, mode and expected; None: nobody asks such.
    """

    def __init__(self, log: LogService, decided: Source | None = None) -> None:
        self._log, self._decided = log, decided
        self._held: dict[str, tuple[PredictionLog, Reader]] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._held)

    def of(self, lane: str) -> Reader:
        """Return the reader of a lane; called in its thread."""
        log, held = self._log.opened.result(), self._held.get(lane)
        if held is None or held[0] is not log:
            if held is not None:
                held[1].close()
            held = self._held[lane] = (log, log.reader())
        return held[1]

    def stop(self, lane: str) -> None:
        """End what the reader of a lane is asked."""
        held = self._held.get(lane)
        if held is not None:
            held[1].interrupt()

    def tell_decided(self, reader: Reader, where: str = "", column: str = "") -> None:
        """Tell the log what was decided, where a filter, or a column that is asked for, is about it."""
        from regrade.log.query import FROM_DECISIONS

        if self._decided is None:
            return
        asked = reader.log.compile(where).columns if where else frozenset()
        if (asked | {column}) & FROM_DECISIONS:
            reader.log.follow_decided(self._decided)

    def close(self) -> None:
        """Let go of the log."""
        for _, reader in self._held.values():
            reader.close()
