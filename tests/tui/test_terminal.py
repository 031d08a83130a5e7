"""On a real pseudo-terminal: what is written to it, what is imported behind it, what is left after it."""

from __future__ import annotations

import re
from pathlib import Path

from regrade.evalset import EvalSet
from regrade.tui.services.saved_view import load
from tests.pty_app import labelled_rows
from tests.tui.harness import HOSTILE, make_workspace
from tests.tui.terminal import Terminal

HEAVY = (
    "pandas",
    "sklearn",
    "scipy",
    "sqlite_utils",
    "skops",
    "matplotlib",
    "regrade.workspace",
    "regrade.scoring",
    "regrade.engine.server",
)
SEQUENCES = re.compile(r"\x1b\[[0-9;?<>=$]*[ -/]*[@-~]")
POINTER = "\x1b]22;default\x07"
"""The shape of the pointer, which Textual sets over a dialog."""


def test_a_session_of_keys_imports_nothing_heavy_and_leaves_everything_decided(tmp_path: Path) -> None:
    folder, modules = make_workspace(tmp_path / "flights"), tmp_path / "modules.txt"
    terminal = Terminal(str(folder), str(modules))
    terminal.wait("600 of 600")
    terminal.wait("production estimate")
    for keys in (
        b"lstorms\r",
        b"e1",
        b"ep",
        b"/result = 'wrong'\r",
        b"s",
        b"S",
        b"\x1b[C\x1b[C",
        b"jjvjjv",
        b"\x1b",
        b"yY",
        b"onote\r",
        b"u",
        b"\x12",
        b"?",
    ):
        terminal.press(keys, 0.3)
    terminal.press(b"\x1b", 0.3)
    terminal.press(b":", 0.3)
    terminal.press(b"\x1b", 0.3)
    terminal.press(b"r", 0.3)
    assert terminal.leave() == 0
    assert "labelled 2 · promoted 1" in terminal.text
    loaded = modules.read_text().split("\n")
    assert "duckdb" in loaded and "regrade.log.prediction_log" in loaded
    assert [name for name in loaded if name in HEAVY or name.split(".")[0] in HEAVY] == []
    state = EvalSet.open(folder / "evalset", actor="ann", task_kind="classification").state
    assert state.counts()["promoted"] == 1


def test_a_cursor_step_is_less_than_one_and_a_half_kilobytes(tmp_path: Path) -> None:
    terminal = Terminal(str(make_workspace(tmp_path / "flights")))
    terminal.wait("▲ better")
    terminal.settle(1.0)
    # The first number is the row alone, up to the moment when the cursor rests; the second includes the pane that follows it.
    alone = [terminal.press(b"j", 0.05) for _ in range(8)]
    terminal.settle(1.0)
    with_pane = [terminal.press(key, 0.6) for key in (b"j", b"k", b"\x1b[B", b"\x1b[A", b"j", b"j")]
    anew = terminal.press(b"\x0c", 0.6)
    terminal.kill()
    assert anew > 5_000, "ctrl+l sends what something else wrote over"
    assert 0 < sorted(alone)[len(alone) // 2] < 1_500
    assert max(with_pane) < 3_000


def test_no_text_of_the_log_reaches_the_terminal_as_a_control(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights", 60, notes=HOSTILE)
    with EvalSet.open(folder / "evalset", actor="\x1b]0;bob\x07", task_kind="classification") as evalset:
        evalset.label(["f0001", "f0059"], "\x1b]52;c;eA==\x07 storms")
        evalset.note(["f0059"], "\x1b[2J")
    terminal = Terminal(str(folder), columns=200, rows=50)
    terminal.wait("60 of 60")
    terminal.wait("▲ better")
    start = len(terminal.output)
    for keys in (b"jjjj", b"jjjj", b"\r", b"jj", b"\x1b", b"l", b"\x1b", b"?", b"\x1b", b":", b"\x1b", b"c", b"\x1b", b"G", b"k"):
        terminal.press(keys, 0.4)
    written = bytes(terminal.output[start:]).decode("utf-8", "replace")
    assert "storms" in written
    assert not [each for each in SEQUENCES.findall(written) if each[-1] not in "mHCDXhlu"], (
        "colours, positions, blanks and modes only: nothing else is erased"
    )
    rest = SEQUENCES.sub("", written.replace(POINTER, ""))
    controls = {each for each in rest if not each.isprintable()} - {"\r", "\n"}
    assert controls == set(), "no title, no clipboard, no C1 control, no text that runs the other way"
    assert terminal.leave() == 0


def test_killed_in_the_middle_it_keeps_what_it_showed_as_done(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights")
    terminal = Terminal(str(folder), rows=60)  # nothing scrolls: half drawn, a row would be there twice
    terminal.wait("600 of 600")
    terminal.send(b"lstorms\r")
    terminal.until(lambda screen: labelled_rows(screen) == 1)
    for _ in range(5):
        terminal.send(b"1")
    shown = labelled_rows(terminal.until(lambda screen: labelled_rows(screen) >= 6))
    terminal.kill()
    with EvalSet.open(folder / "evalset", actor="ann", task_kind="classification") as evalset:
        assert shown == 6
        assert evalset.state.counts()["labelled"] == 6


def test_the_last_view_is_painted_before_the_log_is_read(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights")
    terminal = Terminal(str(folder))
    terminal.wait("600 of 600")
    terminal.press(b"/hour > 12\r", 0.4)
    terminal.press(b"jjj", 0.4)
    assert terminal.leave() == 0
    saved = load(folder / ".regrade" / "cache" / "last_view.json")
    assert saved is not None and saved.where == "hour > 12" and saved.cursor == 3
    (folder / "log.parquet").rename(folder / "moved.parquet")
    terminal = Terminal(str(folder))
    terminal.wait("log.parquet")
    assert str(saved.key) in terminal.text, "rows of last time, though there is no log now"
    assert terminal.leave() == 0


def test_ascii_terminals_get_ascii(tmp_path: Path) -> None:
    terminal = Terminal(str(make_workspace(tmp_path / "flights")), LC_ALL="C")
    terminal.wait("600 of 600")
    terminal.wait("+ better")
    for keys, shown in ((b"lstorms\r", "labelled f"), (b"?", "next failure"), (b"\x1b", "600 of 600")):
        terminal.press(keys, 0.1)
        terminal.wait(shown)
    assert bytes(terminal.output).isascii(), "borders, marks and Textual's own signs too"
    assert terminal.leave() == 0


def test_no_color_loses_no_state(tmp_path: Path) -> None:
    terminal = Terminal(str(make_workspace(tmp_path / "flights")), NO_COLOR="1")
    terminal.wait("600 of 600")
    terminal.send(b"lstorms\r")
    terminal.wait("◐")
    terminal.send(b"l")
    terminal.wait("│ 1 storms")
    assert "┃" in terminal.text and "✗" in terminal.text
    numbers = {number for codes in re.findall(rb"\x1b\[([\d;]*)m", bytes(terminal.output)) for number in codes.split(b";")}
    assert b"7" in numbers and numbers <= {b"", b"0", b"1", b"2", b"4", b"7", b"22", b"24", b"27"}, (
        "no colour, no grey; what is reversed stays"
    )
    terminal.send(b"\x1b")
    terminal.until(lambda screen: "│ 1 storms" not in screen)
    assert terminal.leave() == 0


def test_keys_that_arrive_together_reach_what_they_were_meant_for(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights")
    terminal = Terminal(str(folder))
    terminal.wait("600 of 600")
    terminal.press(b"lstorms\rjj", 0.4)
    terminal.press(b"/result = 'wrong' and hour >= 12\rjp", 0.6)
    terminal.wait("●")
    terminal.press(b"oa remark with p and 1\rk", 0.6)
    assert terminal.leave() == 0
    with EvalSet.open(folder / "evalset", actor="ann", task_kind="classification") as evalset:
        state = evalset.state
        assert state.counts() == {"disputed": 0, "promoted": 1, "retired": 0, "dismissed": 0, "labelled": 1}
        (example,) = state.examples()
        assert example.content.inputs["hour"] >= 12, "promoted in the view that was asked for, not in the one before it"
        noted = [event for event in state.events() if event.note]
        assert [event.note for event in noted] == ["a remark with p and 1"]


def test_a_terminal_that_does_not_say_its_size_is_painted_once(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from regrade.tui import run; sys.exit(run(Path(sys.argv[1])))"
    folder = make_workspace(tmp_path / "flights")
    terminal = Terminal(str(folder), columns=80, rows=24, program=program, size=(0, 0))
    terminal.wait("600 of 600")
    for _ in range(20):
        terminal.read(0.1)
    assert len(terminal.output) < 200_000, "it settles"
    assert terminal.leave() == 0
