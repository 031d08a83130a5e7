"""`regrade evalset add` and `backfill`: an eval set from elsewhere, shown, asked, and brought in whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import LOG_HEADER, log_lines

from .conftest import Regrade

INPUTS = "carrier,hour,distance"


@pytest.fixture
def flights(workspace: Path) -> Path:
    """Return the workspace of 120 flights, whose delay no candidate sees."""
    config = workspace / "regrade.toml"
    config.write_text(config.read_text().replace("[log] ", '[log]\nignore = ["arr_delay"]', 1))
    return workspace


def _write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_of_the_log_itself_come_in_as_a_promotion_would(regrade: Regrade, flights: Path) -> None:
    rows = _write(flights / "picked.csv", LOG_HEADER, *log_lines()[6:9])
    shown = regrade("evalset", "add", rows, "--dry-run")
    assert shown.code == 0 and "3 rows, 3 new" in shown.out and "left out: arr_delay" in shown.out, shown.out + shown.err
    assert regrade("status", "--json").json["examples"] == 0 and not list((flights / "evalset").rglob("*.jsonl"))
    done = regrade("evalset", "add", rows, "--json").json
    assert done["added"] == ["f0005", "f0006", "f0007"] and done["columns"]["outcome"] == "outcome"
    version = done["version"]
    regrade("undo")
    regrade("promote", "f0005", "f0006", "f0007", "--origin", "important")
    assert regrade("evalset", "version", "--json").json["version"] == version


def test_what_was_promoted_is_there_already(regrade: Regrade, flights: Path) -> None:
    regrade("promote", "f0005")
    done = regrade("evalset", "add", _write(flights / "picked.csv", LOG_HEADER, *log_lines()[6:8]), "--json").json
    assert (done["already"], done["added"]) == (1, ["f0006"])
    changed = log_lines()[6].replace(",205,", ",999,")
    refused = regrade("evalset", "add", _write(flights / "changed.csv", LOG_HEADER, changed))
    assert refused.code == 2 and "changed.csv:2" in refused.err and "distance is 205 there, 999 here" in refused.err


def test_one_is_not_spoken_of_as_several(regrade: Regrade, flights: Path) -> None:
    said = regrade("evalset", "add", _write(flights / "one.csv", LOG_HEADER, log_lines()[6]), "--yes")
    assert "one.csv: 1 row, 1 new" in said.out and "brought in 1 example ·" in said.out + said.err
    assert "takes it back" in said.out + said.err
    near = log_lines()[6].replace("f0005", "g0005")
    said = regrade("evalset", "add", _write(flights / "near.csv", LOG_HEADER, near), "--dry-run")
    assert "1 says what another example says, or nearly" in said.out
    said = regrade("evalset", "add", flights / "one.csv", "--dry-run")
    assert "1 is in the eval set already" in said.out


def test_types_come_from_the_log(regrade: Regrade, flights: Path) -> None:
    golden = _write(flights / "golden.csv", f"id,{INPUTS},expected", "g1,EV,late,300,late", "g2,EV,5,300.5,late")
    refused = regrade("evalset", "add", golden)
    assert refused.code == 2 and "golden.csv:2: hour: late, expected a whole number" in refused.err
    assert "golden.csv:3: distance: 300.5" in refused.err and regrade("status", "--json").json["examples"] == 0
    refused = regrade("evalset", "add", _write(flights / "less.csv", "id,hour,expected", "g1,5,late"))
    assert refused.code == 2 and "'carrier', 'distance'" in refused.err


def test_an_eval_set_without_a_log_is_scored(regrade: Regrade, tmp_path: Path) -> None:
    (tmp_path / "regrade.toml").write_text('[task]\nkind = "classification"\n[candidates.rules]\npython = "rules:predict"\n')
    (tmp_path / "rules.py").write_text('def predict(frame):\n    return ["late" if hour >= 18 else "on_time" for hour in frame["hour"]]\n')
    golden = _write(tmp_path / "golden.jsonl", *(f'{{"id": "g{at}", "hour": {at}, "expected": "on_time"}}' for at in range(10, 20)))
    assert regrade("evalset", "add", golden, "--origin", "failure").code == 0
    assert regrade("trust", "rules").code == 0
    row = next(each for each in regrade("score", "--json").json["candidates"] if each["name"] == "rules")
    assert row["known"] == {"passed": 8, "total": 10, "unanswered": 0} and row["errors"] == 0
    assert regrade("label", "g18", "--mode", "evening").code == 0 and regrade("evalset", "relabel", "g18", "late").code == 0
    assert regrade("status", "--json").json["predictions"] is None


def test_near_ones_are_listed_contradictions_first(regrade: Regrade, flights: Path) -> None:
    regrade("promote", "f0005")
    same = log_lines()[6].split(",")
    said = "on_time" if same[8] == "late" else "late"
    rows = [f"g{at},{same[3]},{same[4]},{same[5]},{said if at else same[8]}" for at in range(14)]
    done = regrade("evalset", "add", _write(flights / "golden.csv", f"id,{INPUTS},expected", *rows))
    assert done.code == 0 and "14 say what another example says" in done.out and "13 of them contradict it" in done.out
    assert "and 4 more" in done.out and done.out.count("against") == 10


def test_hostile_text_is_shown_harmless(regrade: Regrade, flights: Path) -> None:
    evil = "\x1b]52;c;AAAA\x07[bold]\u202e"
    golden = _write(flights / "golden.csv", f'id,{INPUTS},expected,"{evil}"', f'"{evil}",EV,5,300,late,x', f'"{evil}2",ev,5,300,on_time,x')
    done = regrade("evalset", "add", golden)
    assert done.code == 0, done.err
    assert not set(done.out + done.err) & set("\x1b\x07\u202e") and "[bold]" in done.out


def test_it_asks_on_a_terminal_and_no_means_no(flights: Path) -> None:
    pty = pytest.importorskip("pty")
    golden = _write(flights / "golden.csv", f"id,{INPUTS},expected", "g1,EV,5,300,late")
    for answer, examples in ((b"n\n", 0), (b"y\n", 1)):
        leader, follower = pty.openpty()
        child = subprocess.Popen(
            [sys.executable, "-m", "regrade", "-C", flights, "evalset", "add", golden],
            stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        os.close(follower)
        os.write(leader, answer)
        out, err = child.communicate(timeout=60)
        os.close(leader)
        assert b"1 row, 1 new" in out and b"Bring 1 example in?" in err
        assert (child.returncode == 0) == bool(examples)
        assert len(list((flights / "evalset").rglob("segments/*/*.jsonl"))) == examples


def test_killed_in_the_middle_nothing_is_left(flights: Path, regrade: Regrade) -> None:
    """Wherever it is killed, the examples are in or they are not, all of them."""
    rows = [f"g{at},EV,{at % 24},{at},late" for at in range(3_000)]
    golden = _write(flights / "golden.csv", f"id,{INPUTS},expected", *rows)
    command = [sys.executable, "-m", "regrade", "-C", flights]
    began = time.monotonic()
    subprocess.run([*command, "evalset", "add", golden, "--dry-run"], check=True, capture_output=True)
    whole = time.monotonic() - began
    for share in (0.5, 0.8, 0.95, 1.0):
        child = subprocess.Popen([*command, "evalset", "add", golden], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * share)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert regrade("-C", flights, "status", "--json").json["examples"] in (0, 3_000)
    assert regrade("-C", flights, "evalset", "verify").code == 0


def test_backfill(regrade: Regrade, flights: Path) -> None:
    regrade("promote", "f0005", "f0015")
    assert "no example lacks an input" in regrade("evalset", "backfill").out
    more = [f"{line},{at % 3}" for at, line in enumerate(log_lines(130)[121:])]
    added = regrade("log", "add", _write(flights / "more.csv", LOG_HEADER + ",stops", *more))
    assert added.code == 0, added.err
    assert regrade("evalset", "backfill", "stosp").code == 2
    shown = regrade("evalset", "backfill", "--dry-run", "--json").json
    assert shown["columns"] == {"stops": 2} and shown["event"] is None
    done = regrade("evalset", "backfill")
    assert done.code == 0 and "stops: 2 examples" in done.out
    assert regrade("evalset", "show", "f0005", "--json").json["content"]["inputs"]["stops"] is None
    assert regrade("undo").code == 0 and "stops" not in regrade("evalset", "show", "f0005", "--json").json["content"]["inputs"]
