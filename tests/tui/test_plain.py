"""Terminals without colours, or with nothing but ASCII: what is drawn anywhere is made plain on its way out."""

from __future__ import annotations

import pytest

from regrade.tui.plain import colourless, driver


class Driver:
    def __init__(self) -> None:
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data


@pytest.mark.parametrize(
    ("environment", "without"),
    [
        ({"NO_COLOR": "1", "TERM": "xterm-256color"}, True),
        ({"NO_COLOR": ""}, False),
        ({"TERM": "xterm-mono"}, True),
        ({"TERM": "dumb"}, True),
        ({"TERM": "vt100"}, True),
        ({"TERM": "linux"}, False),
        ({}, False),
    ],
)
def test_who_gets_no_colours(environment: dict[str, str], without: bool) -> None:
    assert colourless(environment) is without


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        ("\x1b[1;1H\x1b[1;38;2;1;2;3;48;2;4;5;6mé漢│x\x1b[0m", "\x1b[1;1H\x1b[1m???|x\x1b[0m"),
        ("\x1b[1ma\x1b[31mb\x1b[m", "\x1b[1mab\x1b[m"),  # a colour alone is no end of what is bold
        ("\x1b[38;5;9;7m✗\x1b[27m\x1b]52;c;YQ==\x07", "\x1b[7m?\x1b[27m\x1b]52;c;YQ==\x07"),
        ("e\u0301\x1b[92;107m▄", "e-"),
        ("late ar…", "late ar~"),  # a full stop would be an end, not a cut
    ],
)
def test_what_they_get(data: str, sent: str) -> None:
    made = driver(Driver, ascii=True, colours=False)()  # type: ignore[type-var]  # as much of a driver as is asked
    made.write(data)
    assert made.written == sent
    assert driver(Driver, ascii=False, colours=True) is Driver  # type: ignore[comparison-overlap]
