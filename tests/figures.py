"""Figures that tests measured: each hands its own over, and the end of the run prints their sums, under xdist too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_PREFIX = "figures: "

Figures = Callable[..., None]


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Return a function that takes a title and named numbers; those under one title are added up over all tests."""

    def hand_over(title: str, **numbers: int) -> None:
        said = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in numbers.items())
        print(f"{title}: {said}")
        record_property(_PREFIX + title, numbers)

    return hand_over


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    sums: dict[str, dict[str, int]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":
                continue
            for name, numbers in report.user_properties:
                if name.startswith(_PREFIX):
                    line = sums.setdefault(name.removeprefix(_PREFIX), {})
                    for each, n in numbers.items():
                        line[each] = line.get(each, 0) + n
    if sums:
        terminalreporter.write_sep("=", "figures")
    for title, numbers in sorted(sums.items()):
        said = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in numbers.items())
        terminalreporter.write_line(f"{title}: {said}")
