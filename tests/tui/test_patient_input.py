"""Bytes that are no UTF-8 do not end the app."""

from __future__ import annotations

from regrade.tui.patient_input import patient


def test_reading_goes_on_behind_bytes_that_are_no_text() -> None:
    class Driver:
        chunks = [b"a", b"\xff", b"\xe9b", "é".encode()]

        def __init__(self) -> None:
            self.heard: list[str] = []

        def run_input_thread(self) -> None:
            while self.chunks:
                self.heard.append(self.chunks.pop(0).decode())

    driver = patient(Driver)()  # type: ignore[type-var]  # as much of a driver as is asked
    driver.run_input_thread()
    assert driver.heard == ["a", "é"]


def test_a_driver_without_a_terminal_stays_as_it_is() -> None:
    assert patient(object) is object  # type: ignore[type-var, comparison-overlap]
