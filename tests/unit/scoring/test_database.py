"""workspace.db: safe, open to any tool, and anew when it is broken."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regrade.errors import UsageError
from regrade.scoring import Database, Output, OutputCache
from regrade.scoring import database as module


def test_every_table_and_view_is_there_and_documented(tmp_path: Path) -> None:
    from regrade.scoring import tables

    with Database.open(tmp_path / "a/b/workspace.db") as database:
        names = set(database.db.table_names()) | set(database.db.view_names())
    shown = {"examples", "modes", "decisions", "outputs", "results", "runs", "scores", "scoreboard", "flips"}

    assert shown <= names
    assert all(f"``{name}``" in str(tables.__doc__) for name in shown)


def test_it_stays_as_it_is_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    for answer in ("a", "b"):
        with Database.open(path) as database:
            cache = OutputCache(database)
            cache.put("f", {answer: Output(answer, {"a": 0.5}, None)})
            cache.flush()
            assert database.rebuilt == ""
    with Database.open(path) as database:
        assert OutputCache(database).get("f", ["a", "b", "c"]) == {each: Output(each, {"a": 0.5}, None) for each in "ab"}


def corrupt_middle(path: Path) -> None:
    with Database.open(path) as database, database.immediate() as db:
        db.conn.executemany("insert into outputs values ('f', ?, ?, null, null)", [(str(at), "x" * 500) for at in range(500)])
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(20_000))


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database, and long enough to be looked at" * 100)


def newer(path: Path) -> None:
    with Database.open(path) as database, database.immediate() as db:
        db["_sqlite_migrations"].insert({"migration_set": "regrade", "name": "of the future", "applied_at": ""})


@pytest.mark.parametrize("harm", [corrupt_middle, no_database, newer])
def test_a_broken_one_is_made_anew_and_said(tmp_path: Path, harm) -> None:
    path = tmp_path / "workspace.db"
    harm(path)
    said: list[str] = []
    with Database.open(path, warn=said.append) as database:
        assert database.db["outputs"].count == 0
    assert len(said) == 1
    assert "made anew" in said[0]
    with Database.open(path, warn=said.append):
        assert len(said) == 1


def test_what_another_process_made_anew_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "workspace.db"
    no_database(path)
    really, met = module._is_broken, []

    def meanwhile(error: sqlite3.DatabaseError) -> bool:
        if not met:
            met.append(error)
            with Database.open(path) as other:
                assert other.rebuilt
                keep(other, "theirs")
        return really(error)

    monkeypatch.setattr(module, "_is_broken", meanwhile)
    with Database.open(path, warn=lambda said: pytest.fail(said)) as database:
        assert OutputCache(database).get("f", ["theirs"])
        keep(database, "mine")
    with Database.open(path) as database:
        assert len(OutputCache(database).get("f", ["theirs", "mine"])) == 2


def test_a_file_that_goes_while_it_is_opened_is_written_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "workspace.db"
    keep_and_close(path, "old")
    really = sqlite3.connect

    def gone(*arguments: Any, **named: Any) -> sqlite3.Connection:
        monkeypatch.setattr(sqlite3, "connect", really)
        connection = really(*arguments, **named)
        connection.execute("pragma schema_version").fetchall()
        path.unlink()
        keep_and_close(path, "theirs")
        return connection

    monkeypatch.setattr(sqlite3, "connect", gone)
    with Database.open(path) as database:
        keep(database, "mine")
    with Database.open(path) as database:
        assert OutputCache(database).get("f", ["old", "theirs", "mine"]).keys() == {"theirs", "mine"}


def test_answers_are_written_again_where_the_file_went_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "workspace.db"
    with Database.open(path) as database:
        path.unlink()
        really = Database._removed
        monkeypatch.setattr(Database, "_removed", lambda _: monkeypatch.setattr(Database, "_removed", really))  # it is there still
        keep(database, "mine")
    with Database.open(path) as database:
        assert OutputCache(database).get("f", ["mine"])


def keep(database: Database, answer: str) -> None:
    cache = OutputCache(database)
    cache.put("f", {answer: Output(answer, None, None)})
    cache.flush()
    assert cache.trouble == ""


def keep_and_close(path: Path, answer: str) -> None:
    with Database.open(path) as database:
        keep(database, answer)


def test_a_folder_in_its_place_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "workspace.db").mkdir()
    with pytest.raises(UsageError, match="cannot be written") as raised:
        Database.open(tmp_path / "workspace.db")
    assert "workspace.db" in raised.value.where


def test_a_file_as_its_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        Database.open(tmp_path / "cache" / "workspace.db")


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Database.open(tmp_path / "workspace.db") as database:
        with pytest.raises(ValueError, match="stop"), database.immediate() as db:
            db["modes"].insert({"id": "a", "name": "a"})
            raise ValueError("stop")
        assert database.db["modes"].count == 0


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    Database.open(path).close()
    code = """
import sys
from pathlib import Path
from regrade.scoring import Database
with Database.open(Path(sys.argv[1])) as database:
    for at in range(25):
        with database.immediate() as db:
            n = db.execute("select count(*) from modes").fetchone()[0]
            db["modes"].insert({"id": f"{sys.argv[2]}-{at}", "name": str(n)})
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)], env=environment) for n in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    with Database.open(path) as database:
        assert sorted(int(row["name"]) for row in database.db["modes"].rows) == list(range(100))


def test_a_cache_that_vanishes_costs_time_only(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    database = Database.open(path)
    cache = OutputCache(database)
    database.db.execute("drop table outputs")

    assert cache.get("f", ["a"]) == {}
    cache.put("f", {"a": Output("late", None, None)})
    cache.flush()
    assert cache.get("f", ["a"]) == {"a": Output("late", None, None)}
    assert "outputs" in cache.trouble


def test_flips_and_full_text_search(tmp_path: Path) -> None:
    with Database.open(tmp_path / "workspace.db") as database:
        with database.immediate() as db:
            for key in "abc":
                db["examples"].insert(
                    {"key": key, "content_hash": key, "origin": "failure", "weight": 1.0, "partition": "eval", "text": f"storm {key}"}
                )
            rows = [("prod", "a", 0), ("prod", "b", 1), ("prod", "c", None), ("new", "a", 1), ("new", "b", 0), ("new", "c", 1)]
            db["results"].insert_all({"candidate": name, "key": key, "right": right} for name, key, right in rows)
        flips = list(database.db.query("select key, flip from flips where baseline = 'prod' and candidate = 'new' order by key"))
        assert flips == [{"key": "a", "flip": "fixed"}, {"key": "b", "flip": "broken"}]
        assert [row["key"] for row in database.db["examples"].search("storm b")] == ["b"]


def test_sqlite_itself_can_read_it(tmp_path: Path) -> None:
    Database.open(tmp_path / "workspace.db").close()
    connection = sqlite3.connect(tmp_path / "workspace.db")

    assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert connection.execute("pragma foreign_key_check").fetchall() == []
