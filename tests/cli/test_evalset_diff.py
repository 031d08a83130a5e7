"""The review of a pull request's eval set, as people and scripts get it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from regrade.evalset.review import comparing, reading, trunk_of
from regrade.evalset.review.library import Library, Place, Shelf
from regrade.workspace import Workspace, trunk_ahead
from tests.git.repository import Repository

from .conftest import Regrade

HOSTILE = "\x1b]52;c;AAAA\x07 | <img src=x> @team [a](http://b) `x` *b*"


@pytest.fixture
def reviewed(regrade: Regrade, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a workspace with two slices whose main has six examples, on a branch that has decided nothing yet."""
    monkeypatch.setenv("REGRADE_ACTOR", "Ann Lee <ann@example.org>")
    monkeypatch.setenv("COLUMNS", "80")
    with (workspace / "regrade.toml").open("a", encoding="utf-8") as config:
        config.write('[slices]\nevening = "hour >= 18"\nwrong = "rules.prediction = \'late\'"\n')
    assert regrade("promote", "f0005", "f0010", "f0015", "f0020", "f0025", "f0030", "--origin", "failure").code == 0
    repository = Repository(workspace)
    repository.git("init", "-q")
    repository.commit("main")
    repository.git("switch", "-q", "-c", "branch")
    return repository


@pytest.fixture
def decided(regrade: Regrade, reviewed: Repository) -> Repository:
    """Return the workspace after a flip, a retirement, a pin, a promotion, a mode and a dismissal, all committed."""
    expected = regrade("evalset", "show", "f0005", "--json").json["expected"]
    other = "late" if expected == ["on_time"] else "on_time"
    for arguments in (
        ("evalset", "relabel", "f0005", other, "--note", "the gate's clock was wrong"),
        ("evalset", "retire", "f0010", "--reason", "a duplicate"),
        ("evalset", "pin", "f0015"),
        ("promote", "f0035", "--origin", "failure"),
        ("label", "f0020", "f0035", "--mode", "storm"),
        ("dismiss", "f0040", "--reason", "noise"),
    ):
        assert regrade(*arguments).code == 0, arguments
    reviewed.commit("decided")
    return reviewed


def test_the_document_has_the_keys_that_stay(regrade: Regrade, decided: Repository) -> None:
    document = regrade("evalset", "diff", "main", "HEAD", "--json").json
    assert document["added"]["keys"] == ["f0035"] and document["added"]["count"] == 1
    assert document["retired"]["keys"] == ["f0010"] and document["relabelled"]["keys"] == ["f0005", "f0020"]
    assert document["unchanged"] == {"count": 2, "keys": ["f0025", "f0030"]} and document["flips"] == ["f0005"]
    assert document["pinned"]["keys"] == ["f0015"] and document["outside"]["dismissed"] == ["f0040"]
    cause = document["retired"]["rows"][0]["cause"]
    assert (cause["by"], cause["kind"], cause["why"]) == ("Ann Lee <ann@example.org>", "retire", "a duplicate")
    flip = document["relabelled"]["rows"][0]
    assert flip["before"]["expected"] != flip["after"]["expected"] and flip["cause"]["why"] == "the gate's clock was wrong"
    before, after = document["before"], document["after"]
    assert (before["label"], before["examples"], after["examples"], before["commit"]) == (
        "main", 6, 6, decided.git("rev-parse", "main").strip(),
    )  # fmt: skip
    assert after["version"] == regrade("evalset", "version", "--json").json["version"] != before["version"]
    assert [row["name"] for row in document["by_slice"]] == ["evening"]
    assert "slice wrong is not counted" in document["notes"][0]


def test_a_reviewer_reads_one_sentence_then_what_matters_first(regrade: Regrade, decided: Repository) -> None:
    out = regrade("evalset", "diff", "main").out
    text = " ".join(out.split())
    assert text.startswith("main → now: 1 example came in, 1 was retired, 2 were relabelled (1 changes what counts as right); version ")
    assert "▼ 1 expected value changed Ann Lee, " in text and ": the gate's clock was wrong f0005 " in text
    titles = [line for line in out.splitlines() if re.match(r"[▼≠–●◐⚑◆] ", line)]
    assert titles == [
        "▼ 1 expected value changed",
        "– 1 was retired",
        "● 1 came in",
        "◐ 1 relabelled otherwise",
        "⚑ 1 pinned",
        "◆ 1 decision about failure modes",
    ]
    assert "none → storm" in text and "outside the eval set: 1 prediction dismissed" in text
    assert "ann@example.org" not in out, "a name is enough"
    assert max(map(len, out.splitlines())) <= 80


def test_nothing_changed_says_so_and_exits_with_0(regrade: Regrade, reviewed: Repository) -> None:
    ran = regrade("evalset", "diff")
    assert ran.code == 0 and " ".join(ran.out.split()).startswith("HEAD → now: nothing changed (6 examples); version ")
    assert " on both sides" in " ".join(ran.out.split()) and "⚠" in ran.out, "the slice that cannot be counted"
    document = regrade("evalset", "diff", "--json").json
    assert document["unchanged"]["count"] == 6 and document["added"] == {"count": 0, "keys": [], "rows": []}


def test_a_branch_that_is_behind_is_told_so_apart(regrade: Regrade, decided: Repository) -> None:
    decided.git("switch", "-q", "main")
    assert regrade("promote", "f0045", "f0050", "--origin", "failure").code == 0
    decided.commit("main goes on")
    text = " ".join(regrade("evalset", "diff", "main", "branch").out.split())
    assert "branch does not have 1 decision of main: 2 examples of main are not in branch" in text
    assert "merge main, or review main...branch" in text and "1 example came in, 1 was retired" in text
    assert "2 differences only because branch lacks decisions of main f0045 not there f0050 not there" in text
    apart = " ".join(regrade("evalset", "diff", "main...branch").out.split())
    assert "behind" not in apart and "lacks" not in apart
    decided.git("revert", "--no-edit", "HEAD")
    text = " ".join(regrade("evalset", "diff", "HEAD~1").out.split())
    assert text.startswith("HEAD~1 → now: 2 examples lost; version ") and "behind" not in text
    assert "It is built on HEAD~1, so files were removed" in text and "`regrade evalset verify --base HEAD~1` names them" in text
    assert regrade("evalset", "diff", "HEAD~1", "HEAD", "--json").json["removed"] is True
    assert regrade("evalset", "diff", "HEAD~1", "branch", "--json").json["removed"] is False, "it is behind, and may merge"


def test_long_lists_are_cut_and_all_shows_them(regrade: Regrade, reviewed: Repository) -> None:
    assert regrade("promote", "--where", "result = 'wrong'").code == 0
    n = regrade("evalset", "diff", "--json").json["added"]["count"]
    assert n > 12
    short, long = regrade("evalset", "diff").out, regrade("evalset", "diff", "--all").out
    assert f"{n - 10} more (--all shows them)" in short
    assert len(re.findall(r"^ {4}f\d{4}", short, re.M)) == 10 and len(re.findall(r"^ {4}f\d{4}", long, re.M)) == n


def test_slices_are_counted_alike_with_and_without_what_is_remembered(
    regrade: Regrade, decided: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = decided.root / ".regrade" / "cache"
    whole = regrade("evalset", "diff", "main", "HEAD", "--json").json
    assert not (cache / "evalset.trunk").exists(), "too little to be worth it"
    assert (whole["by_slice"][0]["before"], len(whole["notes"])) != (0, 0)
    config = decided.root / "regrade.toml"
    config.write_text(config.read_text().replace("rules.prediction = 'late'", "no_such_column > 1"))
    plain = regrade("evalset", "diff", "main", "HEAD", "--json").json
    monkeypatch.setattr(comparing, "WORTH_A_TRUNK", 0)
    for _ in range(2):
        assert regrade("evalset", "diff", "main", "HEAD", "--json").json == plain
    assert (cache / "evalset.slices").exists()
    (cache / "evalset.slices").write_bytes(b"torn")
    assert regrade("evalset", "diff", "main", "HEAD", "--json").json == plain
    for module, name in ((comparing, "FEW"), (trunk_of, "FEW"), (reading, "MANY")):
        monkeypatch.setattr(module, name, 0)  # as if they were many: in two processes
    for file in ("evalset.trunk", "evalset.slices"):
        (cache / file).unlink()
        assert regrade("evalset", "diff", "main", "HEAD", "--json").json == plain
    nothing = regrade("evalset", "diff", "main", "main", "--json").json
    assert nothing["by_slice"][0]["after"] == plain["by_slice"][0]["before"] and nothing["unchanged"]["count"] == 6
    config.write_text(config.read_text().replace("hour >= 18", "hour >= 18 and expected = 'late'"))
    by_label = regrade("evalset", "diff", "main", "HEAD", "--json").json["by_slice"]
    monkeypatch.setattr(comparing, "WORTH_A_TRUNK", 5_000)
    assert by_label == regrade("evalset", "diff", "main", "HEAD", "--json").json["by_slice"] != plain["by_slice"]


def test_what_was_read_ahead_is_not_read_again(regrade: Regrade, decided: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = regrade("evalset", "diff", "main", "HEAD", "--json").json
    with Workspace.open(decided.root, read_only=True) as workspace:
        assert list(trunk_ahead.read_ahead(workspace)) == [], "too little to be worth it"
        monkeypatch.setattr(trunk_ahead, "WORTH_A_TRUNK", 0)
        monkeypatch.setattr(trunk_ahead.sys, "executable", "/bin/cat")  # waits for nothing, and leaves
        assert set(trunk_ahead.read_ahead(workspace)) <= {None}
    monkeypatch.setattr(comparing, "WORTH_A_TRUNK", 0)
    trunk_ahead.diff_ahead(decided.root)
    monkeypatch.setattr(comparing, "shares_of", None)
    assert regrade("evalset", "diff", "main", "HEAD", "--json").json == plain


_DIFF = """
import sys
from regrade.cli import main
from regrade.evalset.review import comparing
comparing.WORTH_A_TRUNK = 0
sys.argv = ["regrade", "evalset", "diff", "main", "HEAD", "--json"]
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
sys.exit(" ".join(name for name in ("pandas", "pyarrow", "duckdb", "sqlglot") if name in sys.modules))
"""


def test_slices_bring_no_pandas_and_what_is_known_of_them_brings_nothing(decided: Repository) -> None:
    config = decided.root / "regrade.toml"
    config.write_text(re.sub(r"rules\.prediction = '\w+'", "distance > 100", config.read_text()))
    for brought in ("pyarrow duckdb sqlglot", ""):
        ran = subprocess.run([sys.executable, "-c", _DIFF], cwd=decided.root, capture_output=True, text=True, check=False)
        assert ran.stderr.strip() == brought


def test_what_people_typed_reaches_neither_terminal_nor_markup(regrade: Regrade, reviewed: Repository) -> None:
    for arguments in (
        ("evalset", "retire", "f0005", "--reason", HOSTILE),
        ("label", "f0010", "--mode", HOSTILE),
        ("promote", "f0035", "--origin", "failure"),
    ):
        assert regrade(*arguments).code == 0
    out = regrade("evalset", "diff").out
    assert "\x1b" not in out and "\x07" not in out and "f0005" in out
    markdown = regrade("evalset", "diff", "--markdown", "-").out
    for harmful in ("\x1b", "<img", "](http", "@team", "`x`", "*b*"):
        assert harmful not in markdown, harmful
    cells = {line.count("|") for line in markdown.splitlines() if "f0005" in line}
    assert cells == {"| key | expected | origin | by | why |".count("|")}, "a bar in a text makes no cell"


def test_markdown_goes_into_a_file_beside_the_document(regrade: Regrade, decided: Repository, tmp_path: Path) -> None:
    file = tmp_path / "comment.md"
    ran = regrade("evalset", "diff", "main", "HEAD", "--markdown", file, "--json")
    assert ran.json["added"]["count"] == 1 and "written" in ran.err
    text = file.read_text(encoding="utf-8")
    assert text.startswith("### Eval set: main → HEAD\n\n**1 example came in, 1 was retired, 2 were relabelled")
    assert "#### ▼ 1 expected value changed" in text and "| <code>f0005</code> | " in text
    assert regrade("evalset", "diff", "--markdown", tmp_path).code == 2, "a folder"


def test_what_cannot_be_compared_ends_with_2_and_a_corrupt_ref_with_4(regrade: Regrade, decided: Repository) -> None:
    ran = regrade("evalset", "diff", "mian")
    assert ran.code == 2 and ran.out == "" and "did you mean 'main'?" in ran.err
    assert regrade("evalset", "diff", "--json", "--markdown", "-").code == 2
    path = decided.segments()[0]
    path.write_bytes(path.read_bytes() + b"\n")
    decided.commit("spoilt")
    ran = regrade("evalset", "diff", "main", "branch", "--json")
    assert ran.code == 4 and ran.out == "" and "branch:evalset/segments/" in ran.err


def test_a_segment_that_git_removes_after_it_was_listed_is_no_error(
    regrade: Regrade, reviewed: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = regrade("evalset", "diff", "main", "now", "--json").json
    listing, listed = Library.files, []

    def files(library: Library, folder: Path) -> Shelf:
        shelf = listing(library, folder)
        listed.append(shelf)
        gone = {"0" * 64: Place(str(folder / "segments" / "gone.jsonl"))} if len(listed) == 1 else {}
        return Shelf({**shelf.places, **gone}, shelf.journals)

    monkeypatch.setattr(Library, "files", files)
    assert regrade("evalset", "diff", "main", "now", "--json").json == whole
    assert len(listed) == 2
