"""The rows of last time are on the terminal before the app is imported, and the app takes over from them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from regrade.paths import Paths
from regrade.tui import first_frame
from regrade.tui.first_frame import FirstFrame
from regrade.tui.services import saved_view
from tests.tui.harness import make_workspace, running
from tests.tui.terminal import PROGRAM, Terminal

EARLY = PROGRAM.replace("app = ", "from regrade.tui.first_frame import FirstFrame\nframe = FirstFrame(Paths(root))\napp = ").replace(
    "app.run()", "app.driver_class = frame.hand_over(app.driver_class)\napp.run()\nframe.end()"
)


def test_rows_are_painted_first_and_keys_that_come_early_are_kept(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights")
    terminal = Terminal(str(folder), program=EARLY)
    terminal.wait("600 of 600")
    terminal.settle(0.3)
    assert terminal.leave() == 0
    saved = saved_view.load(Paths(folder).last_view)
    assert saved is not None
    keys = saved.blocks[0]["key"]
    terminal = Terminal(str(folder), program=EARLY)
    terminal.wait(f"{keys[0]} ")
    painted = bytes(terminal.output)
    terminal.press(b"jj", 0.0)
    terminal.wait("600 of 600")
    terminal.wait(f"{keys[2]} ·")
    assert b"\x1b[?1000h" not in painted, "the app had not begun"
    assert bytes(terminal.output).count(b"\x1b[?1049h") == 1
    assert terminal.leave() == 0


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    paths = Paths(tmp_path)
    paths.cache.mkdir(parents=True)
    paths.last_view.write_text("{}")
    monkeypatch.setattr(first_frame, "_size", lambda: (80, 24))
    first_frame.keep(paths, (80, 24), [(0, 3, [("1", "row"), ("", "\x1b]52;c;eA==\x07"), ("1m\x1b[2J", "worse")])])
    return paths


def test_nothing_in_the_file_reaches_the_terminal_as_a_control(workspace: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    frame = FirstFrame(workspace)
    frame.end()
    assert capsys.readouterr().out == "\x1b[?1049h\x1b[?25l\x1b[4;1H\x1b[1mrow\x1b[0m\x1b[m␛]52;c;eA==�\x1b[0m\x1b[?25h\x1b[?1049l"


def test_a_frame_without_colours_is_for_those_who_want_none(workspace: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    pieces = [("1;38;2;1;2;3;48;5;7", "bold"), ("33;7", "reversed"), ("97;40", "plain")]
    first_frame.keep(workspace, (80, 24), [(0, 0, pieces)], ["dumb"], colours=False)
    assert not FirstFrame(workspace).painted, "drawn for another terminal"
    first_frame.keep(workspace, (80, 24), [(0, 0, pieces)], colours=False)
    FirstFrame(workspace).end()
    assert "\x1b[1mbold\x1b[0m\x1b[7mreversed\x1b[0m\x1b[mplain" in capsys.readouterr().out


def test_whoever_takes_over_does_not_enter_twice_but_may_come_back(workspace: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    class Driver:
        written: list[str] = []

        def write(self, data: str) -> None:
            self.written.append(data)

    frame = FirstFrame(workspace)
    driver = frame.hand_over(Driver)()
    for data in ("a", "\x1b[?1049h", "b", "\x1b[?1049h"):
        driver.write(data)
    frame.end()
    assert Driver.written == ["a", "b", "\x1b[?1049h"]
    assert not capsys.readouterr().out.endswith("\x1b[?1049l"), "the driver leaves"


@pytest.mark.parametrize("text", [b"", b"{", b"null", b"[[80,24],[],[[0,0]]]", b"\xff", None])
def test_a_broken_frame_or_one_of_another_terminal_is_not_shown(
    workspace: Paths, text: bytes | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is None:
        monkeypatch.setitem(os.environ, "TERM", "another")
    else:
        workspace.first_frame.write_bytes(text)
    frame = FirstFrame(workspace)
    frame.end()
    assert not frame.painted and capsys.readouterr().out == ""


async def test_none_is_kept_of_a_log_with_private_columns(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights", 30)
    paths = Paths(folder)
    async with running(folder) as driver:
        driver.app.exit()
    assert json.loads(paths.first_frame.read_bytes())[2]
    with (folder / "regrade.toml").open("a") as config:
        config.write('\n[privacy]\ndrop = ["carrier"]\n')
    async with running(folder) as driver:
        driver.app.exit()
    assert not paths.first_frame.exists()
