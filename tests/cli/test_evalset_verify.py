"""`regrade evalset verify` on a real workspace: schemas and inputs, privacy, exit codes, what is printed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from tests.git.repository import Repository
from tests.unit.log.keyed import expected_check

from .conftest import Regrade


@pytest.fixture
def repository(regrade: Regrade, workspace: Path) -> Repository:
    """Return the workspace as a repository with one committed segment: two predictions promoted."""
    repository = Repository(workspace)
    repository.git("init", "-q")
    assert regrade("promote", "f0005", "f0015").code == 0
    repository.commit("begin")
    return repository


def rewrite(repository: Repository, old: bytes, new: bytes) -> str:
    """Change the segment as somebody would who knows how it is named; return how it is named to people."""
    (path,) = repository.segments()
    data = path.read_bytes()
    assert old in data
    data = data.replace(old, new)
    path.unlink()
    changed = path.with_name(hashlib.sha256(data).hexdigest() + ".jsonl")
    changed.write_bytes(data)
    repository.commit("change it")
    return changed.relative_to(repository.root).as_posix()


def test_what_the_commands_wrote_is_clean(regrade: Regrade, repository: Repository) -> None:
    for command in (
        ("label", "f0005", "--mode", "storm", "--expected", "late"),
        ("dismiss", "f0020", "--reason", "noise"),
        ("sample", "20"),
        ("note", "f0005", "windy"),
        ("evalset", "retire", "f0015", "--reason", "old"),
        ("evalset", "pin", "f0005"),
        ("modes", "define", "hop", "--priority", "P1", "--owner", "ann"),
        ("modes", "merge", "hop", "--into", "storm"),
        ("undo",),
        ("redo",),
    ):
        assert regrade(*command).code == 0, command
    done = regrade("evalset", "verify", "--base", "main", "--json")
    document = done.json
    assert (done.code, document["ok"], document["problems"], document["warnings"]) == (0, True, [], [])
    assert document["checked"]["contents"] == 22 and document["checked"]["base"] == 1
    said = regrade("evalset", "verify")
    assert said.code == 0 and "every decision is as it was written" in said.out and "segments are not committed" in said.out


def test_a_change_is_exit_4_and_says_where_and_what_to_do(regrade: Regrade, repository: Repository) -> None:
    (path,) = repository.segments()
    path.write_bytes(path.read_bytes().replace(b"hgb 1", b"hgb 2"))
    done = regrade("evalset", "verify", "--json")
    (problem,) = done.json["problems"]
    assert done.code == 4
    name = path.relative_to(repository.root).as_posix()
    assert (problem["severity"], problem["code"], problem["where"]) == ("problem", "changed", f"{name}:3")
    said = regrade("evalset", "verify")
    assert said.code == 4 and f"`git checkout -- {name}`" in said.out and "1 problem" in said.out
    assert regrade("evalset", "list").code == 4, "nothing else trusts it either"


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "words"),
    [
        (b'"distance":205', b'"distance":"far"', "inputs", 3, "column 'distance'"),
        (b'"distance":205,', b"", "inputs", 3, "lacks column 'distance'"),
        (b'"distance":205', b'"distance":205.0', "inputs", 3, "column 'distance': is 205.0, where regrade writes 205"),
        (b'"distance":205', b'"distance":"205"', "inputs", 3, "column 'distance': is '205', where regrade writes 205"),
        (b'"carrier":"EV"', b'"bearing":1,"carrier":"EV"', "inputs", 3, "'bearing' that its schema has not"),
        (b'"encoded":"', b'"encoded":"AAAA', "schema", 2, "cannot be read"),
    ],
)
def test_inputs_that_do_not_fit_their_schema_are_told(
    regrade: Regrade, repository: Repository, old: bytes, new: bytes, code: str, line: int, words: str
) -> None:
    name = rewrite(repository, old, new)
    done = regrade("evalset", "verify", "--json")
    (problem,) = done.json["problems"]
    assert done.code == 4
    assert (problem["code"], problem["where"], words in problem["what"]) == (code, f"{name}:{line}", True), problem


def test_a_schema_under_a_hash_that_is_not_its_own_is_told(regrade: Regrade, repository: Repository) -> None:
    (path,) = repository.segments()
    hash = msgspec.json.decode(path.read_bytes().split(b"\n")[1])["hash"].encode()
    name = rewrite(repository, hash, b"0" * 64)
    (problem,) = regrade("evalset", "verify", "--json").json["problems"]
    assert (problem["code"], problem["where"]) == ("schema", f"{name}:2") and hash[:12].decode() in problem["what"]


def test_every_bad_input_among_many_is_told(regrade: Regrade, repository: Repository) -> None:
    regrade("sample", "100")
    path = next(path for path in repository.segments() if b'"sample"' in path.read_bytes())
    data = path.read_bytes()
    for n in (3, 40, 77):
        data = data.replace(b'"distance":%d,' % (200 + n), b'"distance":"%d miles",' % n)
    path.unlink()
    name = path.with_name(hashlib.sha256(data).hexdigest() + ".jsonl")
    name.write_bytes(data)
    problems = [each["what"] for each in regrade("evalset", "verify", "--json").json["problems"]]
    bad = [n for n in (3, 40, 77) if b"%d miles" % n in data]
    assert bad and len(problems) == len(bad)
    assert all(any(f"'f{n:04d}'" in what for what in problems) for n in bad)


def test_a_declared_column_that_stands_there_in_clear_is_a_warning(regrade: Regrade, repository: Repository) -> None:
    with (repository.root / "regrade.toml").open("a") as config:
        config.write('\n[privacy]\ndrop = ["carrier"]\n')
    (path,) = repository.segments()
    done = regrade("evalset", "verify", "--json")
    where = f"{path.relative_to(repository.root).as_posix()}:3"
    assert done.code == 0 and done.json["ok"]
    (finding,) = done.json["warnings"]
    assert (finding["code"], finding["where"]) == ("privacy", where)
    assert "'carrier'" in finding["what"] and "in 2 examples: 'f0005' (line 3), 'f0015' (line 3)" in finding["what"]
    assert finding["details"] == [{"key": key, "where": where, "current": True} for key in ("f0005", "f0015")]
    for command in (("evalset", "show", "f0005"), ("evalset", "history", "f0005")):
        shown = regrade(*command, "--json").out
        assert '"carrier"' in shown and '"EV"' not in shown and '"B6"' not in shown


def test_a_column_in_clear_is_one_finding_that_counts_members_and_the_past_apart(regrade: Regrade, repository: Repository) -> None:
    """f0005 was promoted again, without the column; f0015 was retired; f0020 came in in clear."""
    config = repository.root / "regrade.toml"
    assert regrade("promote", "f0020").code == regrade("evalset", "retire", "f0015").code == 0
    with config.open("a") as file:
        file.write('\n[privacy]\ndrop = ["carrier", "distance"]\n')
    assert regrade("promote", "f0005").code == 0
    document = regrade("evalset", "verify", "--json").json
    assert [each["what"].partition("'")[2].partition("'")[0] for each in document["warnings"]] == ["carrier", "distance"]
    for each in document["warnings"]:
        assert "in 1 example and 2 contents of the past (superseded, undone or retired): 'f0020' (" in each["what"]
        assert [(one["key"], one["current"]) for one in each["details"]] == [("f0005", False), ("f0015", False), ("f0020", True)]
        assert each["where"] == each["details"][2]["where"]
    said = regrade("evalset", "verify")
    assert said.out.count("stands in clear") == 2 and "2 warnings" in said.out


def test_hashes_under_two_keys_are_told_and_hashes_of_others_do_not_come_in(
    regrade: Regrade, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = repository.root / "regrade.toml"
    plain = config.read_text()
    secrets = "Ann's key of many words", "Bob's key of many words"
    ann, bob = map(expected_check, secrets)
    for secret, check, keys in zip(secrets, (ann, bob), (("f0020", "f0025"), ("f0030",)), strict=True):
        monkeypatch.setenv("REGRADE_PRIVACY_KEY", secret)
        config.write_text(f'{plain}\n[privacy]\nhash = ["carrier"]\ncheck = "{check}"\n')
        assert regrade("promote", *keys).code == 0
    warnings = [each for each in regrade("evalset", "verify", "--json").json["warnings"] if each["code"] == "privacy-key"]
    assert [each["what"].partition(" in ")[0] for each in warnings] == [
        f"'carrier' is hashed under another key ({ann}; the team's is {bob})"
    ]
    assert [each["key"] for each in warnings[0]["details"]] == ["f0020", "f0025"]

    assert regrade("export", "eval", "--out", "set.csv", "--where", "hour >= 0").code == 0
    refused = regrade("evalset", "add", "set.csv", "--yes")
    assert refused.code == 2 and f"is hashed under another key ({ann}), expected the team's ({bob})" in refused.err

    assert regrade("promote", "f0020").code == 0, "as the finding's hint says"
    (warning,) = [each for each in regrade("evalset", "verify", "--json").json["warnings"] if each["code"] == "privacy-key"]
    assert [(each["key"], each["current"]) for each in warning["details"]] == [("f0020", False), ("f0025", True)]


def test_an_evalset_that_is_a_symbolic_link_is_refused(
    regrade: Regrade, repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Decisions would land where this repository does not see them."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "evalset"
    repository.evalset_folder.rename(elsewhere)
    repository.evalset_folder.symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    for command in (("evalset", "list"), ("promote", "f0020"), ("evalset", "diff"), ("status",)):
        done = regrade(*command)
        assert (done.code, done.out) == (2, "") and "evalset: is a symbolic link" in done.err and "put the folder itself here" in done.err
    done = regrade("evalset", "verify", "--json")
    assert done.code == 4
    assert ("not-a-file", "evalset") in [(each["code"], each["where"]) for each in done.json["problems"]]
    assert sorted(elsewhere.rglob("*")) == before


def test_an_evalset_that_is_a_submodule_works_and_says_what_cannot_be_asked(
    regrade: Regrade, workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared = Repository.init(tmp_path_factory.mktemp("shared") / "set")
    shared.git("commit", "-q", "--allow-empty", "-m", "begin")
    outer = Repository(workspace)
    outer.git("init", "-q")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(shared.root), "evalset")
    assert regrade("promote", "f0005").code == 0
    inner = Repository(outer.evalset_folder)
    inner.commit("promote")
    outer.commit("take it over")
    assert "promote" in regrade("evalset", "history", "f0005").out and not inner.changes()
    refused = regrade("evalset", "diff", "HEAD")
    assert refused.code == 2 and "a git repository of its own (a submodule)" in refused.err
    assert regrade("evalset", "diff", "2020-01-01", "--json").json["added"]["keys"] == ["f0005"]
    done = regrade("evalset", "verify", "--json")
    assert (done.code, [each["code"] for each in done.json["warnings"]]) == (0, ["git"])
    assert regrade("evalset", "verify", "--base", "HEAD").code == 2
    outer.git("clean", "-q", "-fdx", "evalset")
    assert regrade("evalset", "list", "--json").json["rows"], "git's own file in there is no obstacle"


def test_the_base_is_checked_and_an_unknown_one_is_exit_2(regrade: Regrade, repository: Repository) -> None:
    (path,) = repository.segments()
    name = path.relative_to(repository.root).as_posix()
    repository.git("rm", "-q", str(path))
    repository.git("commit", "-q", "-m", "drop it")
    assert regrade("evalset", "verify").code == 0
    done = regrade("evalset", "verify", "--base", "HEAD~1", "--json")
    assert done.code == 4
    assert [(each["code"], each["where"]) for each in done.json["problems"]] == [("base-missing", f"HEAD~1:{name}:3")]
    unknown = regrade("evalset", "verify", "--base", "mian")
    assert unknown.code == 2 and "did you mean 'main'" in unknown.err and unknown.out == ""


def test_hostile_bytes_reach_no_terminal(regrade: Regrade, repository: Repository) -> None:
    rewrite(repository, b'"f0005"', json.dumps("\x1b]52;c;x\x07").encode().replace(b"\\u001b", b"\\u001b"))
    folder = repository.root / "evalset" / "segments" / "2026-01"
    folder.mkdir(exist_ok=True)
    (folder / "\x1b[2J.txt").write_text("x")
    said = regrade("evalset", "verify")
    assert "\x1b" not in said.out and "␛[2J.txt" in said.out


def test_it_works_without_log_candidates_or_a_session(regrade: Regrade, repository: Repository) -> None:
    import shutil

    shutil.rmtree(repository.root / ".regrade")
    (repository.root / "flights.csv").unlink()
    before = sorted(str(path) for path in repository.root.rglob("*") if ".git/" not in str(path))
    assert regrade("evalset", "verify").code == 0
    assert sorted(str(path) for path in repository.root.rglob("*") if ".git/" not in str(path)) == before
