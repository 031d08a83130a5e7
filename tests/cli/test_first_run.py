"""`regrade` in a terminal where there is no workspace explains itself, and leads to the demo or to a workspace of one's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from regrade.cli import demo, open_app
from regrade.cli.first_run import first_run, logs_in
from regrade.errors import UsageError

Asked = Callable[..., list[str]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    """Return what makes a folder the current one, and answers what is asked there; it returns what was opened."""

    def answer(*given: str) -> list[str]:
        opened: list[str] = []
        lines = iter(given)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda text: next(lines))
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("regrade.tui.run", lambda root: opened.append(str(root)) or 0)
        return opened

    return answer


def test_leaving_makes_nothing(answers: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = answers("x", "q")
    assert open_app.open_app(tmp_path) == 0
    assert opened == [] and not list(tmp_path.iterdir())
    said = capsys.readouterr()
    assert "There is no workspace here yet" in said.out + said.err and "look at the demo" in said.out + said.err


def test_a_log_of_ones_own_becomes_a_workspace_and_is_opened(answers: Asked, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    rows = "".join(f"{at},{'late' if at % 3 else 'early'},{'late' if at % 2 else 'early'}\n" for at in range(40))
    (tmp_path / "logs" / "predictions.csv").write_text(f"id,prediction,outcome\n{rows}")
    opened = answers("i", "logs/predictions.csv", "y")
    assert first_run(tmp_path) == 0
    assert opened == [str(tmp_path)] and (tmp_path / "regrade.toml").exists()


def test_the_demo_is_made_here(answers: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(root: Path, update: object, kind: str) -> None:
        root.mkdir()
        (root / "regrade.toml").write_text("")

    monkeypatch.setattr(demo, "make_demo", make)
    opened = answers("d")
    assert first_run(tmp_path) == 0
    assert opened == [str(tmp_path / "regrade-demo")]


def test_without_a_terminal_it_is_an_error_that_says_both_ways(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_app.open_app(tmp_path)
    assert "regrade init" in (caught.value.hint or "") and "regrade demo" in (caught.value.hint or "")


def test_what_may_be_a_log_is_offered_the_largest_first(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / ".git").mkdir()
    for name, size in (("a.csv", 3), ("data/b.parquet", 9), (".git/c.csv", 99), ("d.txt", 99), ("data/e.jsonl", 5)):
        (tmp_path / name).write_text("x" * size)
    assert [str(each) for each in logs_in(tmp_path)] == ["data/b.parquet", "data/e.jsonl", "a.csv"]
