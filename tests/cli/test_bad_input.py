"""Bad input: what was wrong, where, what to do; the documented exit code; nothing half-done."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade import log
from tests.conftest import LOG_HEADER, log_lines
from tests.faults.held import is_held

from .conftest import Regrade, asked


def test_outside_a_workspace(regrade: Regrade) -> None:
    done = regrade("status")
    assert done.code == 2 and "regrade.toml" in done.err and "regrade init" in done.err


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "missing.csv", "missing.csv"),
        (lambda folder: _write(folder / "empty.csv", ""), "empty"),
        (lambda folder: _write(folder / "header.csv", LOG_HEADER + "\n"), "header.csv"),
        (lambda folder: _folder(folder / "nothing"), "nothing"),
        (lambda folder: _write(folder / "broken.jsonl", '{"id": "a", "prediction": "x"}\n{"id": \n'), "broken.jsonl:2"),
        (lambda folder: _write(folder / "log.parquet", "this is no parquet"), "log.parquet"),
    ],
)
def test_init_on_what_is_no_log(regrade: Regrade, tmp_path: Path, make: object, says: str) -> None:
    done = regrade("init", make(tmp_path), "--yes")  # type: ignore[operator]
    assert done.code == 2 and says in done.err, done.err
    assert not (tmp_path / "regrade.toml").exists() and not (tmp_path / ".regrade").exists()


def test_init_without_a_prediction_column_says_which_option_names_it(regrade: Regrade, tmp_path: Path) -> None:
    log = _write(tmp_path / "log.csv", "when,what\n1,2\n3,4\n")
    done = regrade("init", log, "--yes")
    assert done.code == 2 and "--prediction" in done.err and "what" in done.err
    assert regrade("init", log, "--yes", "--prediction", "wat").code == 2


def test_init_does_not_overwrite(regrade: Regrade, workspace: Path, log_csv: Path) -> None:
    before = (workspace / "regrade.toml").read_bytes()
    assert regrade("init", log_csv, "--yes").code == 2
    assert (workspace / "regrade.toml").read_bytes() == before


def test_init_takes_nothing_away_that_another_one_makes_meanwhile(
    regrade: Regrade, tmp_path: Path, log_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    import_one, sniff = log.add, log.sniff

    def add(*arguments: object, **named: object) -> object:
        held.append(is_held(tmp_path))
        return import_one(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(log, "add", add)
        assert regrade("init", log_csv, "--yes").code == 0
    assert held == [True] and not is_held(tmp_path)
    config, there = tmp_path / "regrade.toml", sorted((tmp_path / ".regrade" / "log").iterdir())
    text = config.read_text()
    config.unlink()

    def sniffed(*arguments: object) -> object:
        found = sniff(*arguments)
        config.write_text(text)
        return found

    monkeypatch.setattr(log, "sniff", sniffed)
    done = regrade("init", log_csv, "--yes")
    assert done.code == 2 and "there is a workspace here already" in done.err
    assert sorted((tmp_path / ".regrade" / "log").iterdir()) == there


def test_config_errors_name_line_and_near_names(regrade: Regrade, workspace: Path) -> None:
    config = workspace / "regrade.toml"
    text = config.read_text()
    config.write_text(text + "\n[gates]\nmargin = 1\n")
    line = len(text.splitlines()) + 2
    done = regrade("status")
    assert done.code == 2 and f"regrade.toml:{line}" in done.err and "'gate'" in done.err


def test_log_add_is_all_or_nothing(regrade: Regrade, workspace: Path) -> None:
    before = sorted((workspace / ".regrade" / "log").iterdir())
    lines = [line.replace("f0", "g0") for line in log_lines(20)]
    lines[13] += ",one,too,many"
    done = regrade("log", "add", _write(workspace / "more.csv", "\n".join(lines) + "\n"))
    assert done.code == 2 and "more.csv:14" in done.err, done.err
    assert sorted((workspace / ".regrade" / "log").iterdir()) == before
    quarantine = workspace / "bad.csv"
    done = regrade("log", "add", workspace / "more.csv", "--quarantine", quarantine, "--json")
    assert done.code == 0 and (done.json["rows"], done.json["rejected"]) == (19, 1), done.err
    assert "one,too,many" in quarantine.read_text()
    assert regrade("status", "--json").json["predictions"] == 139


def test_duplicate_keys_are_refused_and_named(regrade: Regrade, workspace: Path) -> None:
    done = regrade("log", "add", _write(workspace / "again.csv", "\n".join(log_lines(3)) + "\n"))
    assert done.code == 2 and "f000" in done.err
    assert regrade("status", "--json").json["predictions"] == 120


def test_unknown_columns_in_a_filter(regrade: Regrade, workspace: Path) -> None:
    done = regrade("predictions", "--where", "carier = 'EV'")
    assert done.code == 2 and "carier" in done.err and "carrier" in done.err
    assert regrade("predictions", "--sort", "distanc").code == 2


@pytest.mark.parametrize(
    "text", ["select 1 = 1", "1; drop table x", "read_csv('/etc/passwd') is not null", "carrier = ", "(select 1) = 1", "copy (x)"]
)
def test_filters_that_are_no_conditions(regrade: Regrade, workspace: Path, text: str) -> None:
    done = regrade("predictions", "--where", text)
    assert done.code == 2 and done.err.startswith("error:") and "Traceback" not in done.err


def test_unknown_keys_modes_candidates(regrade: Regrade, workspace: Path) -> None:
    done = regrade("label", "f0001", "nobody", "--mode", "x")
    assert done.code == 2 and "nobody" in done.err
    assert regrade("status", "--json").json["labelled"] == 0, "all of them or none"
    assert regrade("score", "rulez").code == 2
    assert "rules" in regrade("compare", "rulez", "early").err
    assert regrade("evalset", "show", "nobody").code == 2
    assert regrade("promote").code == 2 and regrade("promote", "--where", "distance < 0").code == 2
    assert regrade("sample").code == 2 and regrade("sample", "--rate", "7").code == 2
    assert regrade("scroe").code == 2 and "score" in regrade("scroe").err


def test_code_runs_only_when_it_is_trusted_as_it_stands(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0005")
    (workspace / "rules.py").write_text("def predict(frame, late_from=1):\n    return ['late'] * len(frame)\n")
    done = regrade("score", "rules", "--json")
    assert asked(workspace) == 0
    assert "regrade trust rules" in done.json["candidates"][0]["error"] and done.json["candidates"][0]["errors"] == 1
    assert regrade("gate", "--base", "logged", "--head", "rules").code == 3
    assert regrade("trust", "rules").code == 0
    assert regrade("score", "rules", "--json").json["candidates"][0]["errors"] == 0


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("raise RuntimeError('no such table')", "no such table"),
        ("return ['late'] * (len(frame) - 1)", "2"),
        ("return [float('nan')] * len(frame)", "nan"),
        ("import os; os._exit(3)", "3"),
        ("import time; time.sleep(60)", "within 2 s"),
    ],
)
def test_candidates_that_do_not_answer_are_errors_never_right_or_wrong(regrade: Regrade, workspace: Path, body: str, says: str) -> None:
    for key in ("f0005", "f0020", "f0035"):
        regrade("promote", key)
    (workspace / "rules.py").write_text(f"def predict(frame, late_from=1):\n    {body}\n")
    config = workspace / "regrade.toml"
    config.write_text(config.read_text().replace("\n[candidates.rules]\n", "\n[candidates.rules]\ntimeout = 2.0\n"))
    regrade("trust", "rules")
    done = regrade("score", "rules", "logged", "--json")
    rules, logged = done.json["candidates"]
    assert done.code == (3 if rules["error"] else 0) and rules["errors"] == 3, done.err
    assert rules["known"] == {"passed": 0, "total": 3, "unanswered": 3}, "neither right nor wrong"
    assert logged["errors"] == 0, "another candidate is not hurt"
    assert says in done.err.lower() + str(rules["error"]).lower()
    gate = regrade("gate", "--base", "logged", "--head", "rules", "--json")
    assert gate.json["verdict"] == "not_evaluated" and gate.code == 3
    assert says in gate.json["reasons"][0].lower(), "the verdict says why"


def test_a_folder_that_cannot_be_written(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0005")
    evalset = workspace / "evalset"
    (workspace / "moved").mkdir()
    evalset.rename(workspace / "moved" / "evalset")
    evalset.write_text("a file where the folder should be")
    done = regrade("label", "f0006", "--mode", "x")
    assert done.code == 2 and "evalset" in done.err and "Traceback" not in done.err


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
