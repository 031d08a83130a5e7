"""Bytes that are no UTF-8, as an old terminal or a cat on a serial line sends, are passed over; Textual would end the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textual.driver import Driver


class _Reading(Protocol):
    def run_input_thread(self) -> None: ...


def patient(of: type[Driver]) -> type[Driver]:
    """Return a driver like ``of`` that goes on reading behind such bytes; what came in one piece with them is lost."""
    read = getattr(of, "run_input_thread", None)
    if read is None:  # without a terminal
        return of

    def run_input_thread(this: _Reading) -> None:
        while True:
            try:
                read(this)
            except UnicodeDecodeError:
                continue
            return

    return type(of.__name__, (of,), {"run_input_thread": run_input_thread})
