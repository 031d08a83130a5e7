"""Named views: found by name, kept where no cache is, written without touching what others wrote."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from regrade import config
from regrade.config_views import View
from regrade.errors import ConfigError, UsageError
from regrade.paths import Paths, user_views_file
from regrade.views import Shelf, choose, edit

TOML = """# What regrade does here.

[task]   # hand-made
kind    =   "text"      # aligned

[views.b]  # ours
where = "x > 1"
sort = "x"

[gate]
alpha = 0.1
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "regrade.toml").write_text(TOML)
    return Shelf(Paths(tmp_path))


def test_the_teams_views_keep_comments_formatting_and_everything_else(shelf: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "regrade.toml"
    file.chmod(0o640)
    shelf.save("late ones", View(where='it\'s "late" \\', description="d"), "team")
    after = file.read_text()
    assert after.startswith(TOML[: TOML.index("[gate]")])
    assert config.load(file).views["late ones"] == View(where='it\'s "late" \\', description="d")
    shelf.save("b", View(where="y"), "team", replace=True)
    assert '[views.b]  # ours\nwhere = "y"\n' in file.read_text()
    shelf.delete("late ones", "team")
    shelf.delete("b", "team")
    assert [line for line in file.read_text().splitlines() if line] == [
        "# What regrade does here.", "[task]   # hand-made", 'kind    =   "text"      # aligned', "[gate]", "alpha = 0.1",
    ]  # fmt: skip
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_ones_own_outlive_the_workspaces_caches_and_are_of_one_workspace(shelf: Shelf, tmp_path: Path) -> None:
    shelf.save("mine", View(where="storm !crew"), "own")
    assert user_views_file().is_file() and not user_views_file().is_relative_to(tmp_path / ".regrade")
    assert [(each.name, each.whose) for each in shelf.views()] == [("b", "team"), ("mine", "own")]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "regrade.toml").write_text("")
    assert Shelf(Paths(tmp_path / "other")).views() == []
    shelf.delete("mine", "own")
    assert [each.name for each in shelf.views()] == ["b"]


def test_a_name_is_found_or_near_ones_are_said_and_nobody_guesses(shelf: Shelf) -> None:
    shelf.save("b", View(where="z"), "own")
    views = shelf.views()
    with pytest.raises(UsageError, match="both you and the team") as both:
        choose(views, "b")
    assert both.value.hint == "own:b or team:b"
    assert (choose(views, "own:b").where, choose(views, "team:b").where) == ("z", "x > 1")
    with pytest.raises(UsageError) as missing:
        choose(views, "bb")
    assert "'b'" in missing.value.hint
    with pytest.raises(UsageError, match="already"):
        shelf.save("b", View(where="w"), "own")
    for name in ("", " a", "-a", "own:a", "a\n", "x" * 61, "\u202ea"):
        with pytest.raises(UsageError):
            shelf.save(name, View(where="w"), "own")


def test_an_edit_that_somebody_makes_meanwhile_is_kept(tmp_path: Path) -> None:
    file, asked = tmp_path / "a.toml", []
    file.write_text("a = 1 # one\n")

    def change(document: Any) -> None:
        asked.append(1)
        if len(asked) == 1:
            file.write_text("a = 1 # one\nb = 2 # theirs\n")
        document["c"] = 3

    edit(file, change)
    assert file.read_text() == "a = 1 # one\nb = 2 # theirs\nc = 3\n"


def test_nothing_is_written_that_would_say_something_else(tmp_path: Path) -> None:
    file = tmp_path / "regrade.toml"
    for text, what in (("[views\n", "is no TOML"), ("a = \xff", "is no TOML")):
        file.write_bytes(text.encode("latin-1"))
        with pytest.raises(ConfigError, match=what):
            edit(file, lambda document: document.update(c=3))
        assert file.read_bytes() == text.encode("latin-1")
    file.write_text("a = 1\n")

    def refuse(text: str) -> None:
        raise ConfigError("no")

    with pytest.raises(ConfigError):
        edit(file, lambda document: document.update(c=3), check=refuse)
    assert file.read_text() == "a = 1\n" and list(tmp_path.iterdir()) == [file]
    with pytest.raises(ConfigError, match="no such file"):
        edit(tmp_path / "nothing.toml", lambda document: None)


@pytest.mark.parametrize(
    "text",
    [
        "[views]\na = {where='x'} # c\n",
        "views.a.where = 'x'\n[task]\n",
        "views = {a = {where='x'}}",
        "[views.a]\r\nwhere='x' # hey\r\n\r\n[task]",
        "",
    ],
)
def test_every_way_to_write_views_can_be_changed(text: str, tmp_path: Path) -> None:
    file = tmp_path / "regrade.toml"
    file.write_bytes(text.encode())
    shelf = Shelf(Paths(tmp_path))
    shelf.save("new", View(where="y"), "team")
    before = tomllib.loads(text).get("views", {})
    assert {each.name: each.where for each in shelf.views()} == {**{name: each["where"] for name, each in before.items()}, "new": "y"}
    assert ("\r\n" in text) == (b"\r\n" in file.read_bytes()) and file.read_bytes().count(b"\r\r") == 0
    assert all(comment in file.read_text() for comment in (each for each in ("# c", "# hey") if each in text))


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text("a = 1\n")
    (tmp_path / "link.toml").symlink_to("real.toml")
    edit(tmp_path / "link.toml", lambda document: document.update(b=2))
    assert (tmp_path / "link.toml").is_symlink() and (tmp_path / "real.toml").read_text() == "a = 1\nb = 2\n"


def test_the_configuration_says_what_is_wrong_with_a_view() -> None:
    with pytest.raises(ConfigError) as unknown:
        config.parse("[views.a]\nwher = 'x'\n")
    assert "'where'" in unknown.value.hint
    with pytest.raises(ConfigError, match="name of a view"):
        config.parse("[views.'-a']\nwhere = 'x'\n")
