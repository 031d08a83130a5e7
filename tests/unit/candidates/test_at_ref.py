"""``NAME@REF`` is the candidate as it was: its code, its artifact, its settings; and it leaves no trace in the work tree."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from regrade.candidates import trust
from regrade.candidates.at import split
from regrade.candidates.trust import remember
from regrade.config import load
from regrade.errors import NotTrustedError, RegradeError, UsageError

from .conftest import SCHEMAS, contents
from .past import PastWorkspace, answers, stamps

FILE = '[candidates.file]\npredictions = "answers.csv"'
RULES = '[candidates.rules]\npython = "rules:predict"'
CODE = "import shared\ndef predict(frame): return [shared.ANSWER + '{}'] * len(frame)\n"


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PastWorkspace:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = PastWorkspace.init(tmp_path / "repository")
    assert isinstance(made, PastWorkspace)
    made.write(".gitignore", ".regrade/\n")
    return made


def csv(answer: str) -> str:
    return f"key,prediction\nk0,{answer}\n"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("prod", None),
        ("prod@main", ("prod", "main")),
        ("prod@HEAD@{1}", ("prod", "HEAD@{1}")),
        ("old@v1", ("old", "v1")),
        ("a@b", None),
        ("a@b@main", ("a@b", "main")),
        ("a@c", ("a", "c")),
        ("prod@", None),
        ("@main", None),
    ],
)
def test_a_name_of_regrade_toml_wins_over_a_ref(typed: str, expected: tuple[str, str] | None) -> None:
    assert split(typed, ("prod", "a@b", "logged")) == expected


def test_code_artifact_and_settings_are_those_of_the_commit(past: PastWorkspace) -> None:
    past.write("rules.py", CODE.format(1))
    # multiprocessing, which joblib imports, gives the worker's own main module a second name
    past.write("shared.py", "import multiprocessing\nfrom pathlib import Path\nANSWER = Path('word.txt').read_text()\n")
    past.write("word.txt", "base")
    past.write("answers.csv", csv("base"))
    past.says(FILE, RULES, '[candidates.gone]\npredictions = "answers.csv"')
    past.commit("base")
    past.git("tag", "v1")
    past.write("rules.py", CODE.format(2))
    past.write("word.txt", "head")
    past.write("others.csv", csv("head"))
    past.says(FILE.replace("answers", "others"), RULES, '[candidates."file@v1"]\npredictions = "others.csv"')
    changes, before = past.changes(), stamps(past.root)  # in this order: to ask for changes refreshes the index

    with past.pool() as pool:
        assert answers(pool, "rules", "rules@v1", "rules@HEAD") == ["head2", "base1", "base1"]
        assert answers(pool, "file", "file@HEAD", "file@v1", "gone@v1") == ["head", "base", "head", "base"]
        assert pool.at("file") is None
        assert (at := pool.at("rules@v1")) is not None
        assert at.label == f"v1 ({past.git('rev-parse', 'v1')[:7]})"
        assert pool.fingerprint("rules").hash != pool.fingerprint("rules@v1").hash
        assert pool.by_key("gone@v1")
        assert not pool.by_key("rules@v1")
    assert stamps(past.root) == before
    assert past.changes() == changes
    assert len(past.exports) == 2  # the file of answers alone; the whole tree


def test_what_did_not_change_has_one_fingerprint(past: PastWorkspace) -> None:
    past.folder = "ml/flights"
    past.write("rules.py", CODE.format(""))
    past.write("../lib/shared.py", "ANSWER = 'late'\n")
    past.write("answers.csv", csv("late"))
    past.says(FILE, RULES + '\npythonpath = [".", "../lib"]')
    past.commit("base")
    past.write("notes.txt", "nothing that a candidate depends on\n")
    past.says('[candidates.new]\npredictions = "answers.csv"', FILE, RULES + '\npythonpath = [".", "../lib"]')

    with past.pool() as pool:
        assert answers(pool, "rules@HEAD", "rules") == ["late", "late"]
        for name in ("rules", "file"):
            assert pool.fingerprint(name) == pool.fingerprint(f"{name}@HEAD")
        assert pool.fingerprint("rules@HEAD").parts["imported"].keys() == {"../lib/shared.py"}


def test_a_branch_that_moved_is_looked_up_again_when_it_is_asked_for_again(past: PastWorkspace) -> None:
    past.write("answers.csv", csv("one"))
    past.says(FILE)
    past.commit("one")
    with past.pool() as pool:
        assert answers(pool, "file@main") == ["one"]
        past.write("answers.csv", csv("two"))
        past.commit("two")
        assert answers(pool, "file@main") == ["one"]  # within one scoring a ref is one commit
        pool.look_up(["file@main"])
        assert answers(pool, "file@main") == ["two"]


def test_an_artifact_that_the_commit_does_not_hold_is_named(past: PastWorkspace) -> None:
    past.write(".gitignore", ".regrade/\nignored.csv\n")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    past.write("pointer.csv", pointer)
    past.write("folder/inside.csv", csv("late"))
    (past.root / "outside.csv").symlink_to("/etc/hostname")
    (past.root / "dangling.csv").symlink_to("nowhere.csv")
    (past.root / "link.csv").symlink_to("folder/inside.csv")
    names = ("ignored", "untracked", "pointer", "folder", "never", "../above", "/etc/passwd", "outside", "dangling", "link", "module/x")
    paths = {name: name if name == "folder" else f"{name}.csv" for name in names}
    past.says(*(f'[candidates.c{at}]\npredictions = "{path}"' for at, path in enumerate(paths.values())))
    past.commit("base")
    other = PastWorkspace.init(past.root.parent / "other")
    other.write("x.csv", csv("late"))
    other.commit("other")
    past.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "module")
    past.commit("module")
    for name in ("ignored", "untracked"):
        past.write(f"{name}.csv", csv("late"))

    expected = {
        "ignored": "ignored.csv is not in git at that commit, and ignored here",
        "untracked": "untracked.csv is not in git at that commit: it is only in the work tree",
        "pointer": "pointer.csv is a git-lfs pointer at that commit, and its content (12,345 bytes) is not here",
        "folder": "is a directory",
        "never": "never.csv is not in git",
        "../above": "outside of the repository",
        "/etc/passwd": "outside of the repository",
        "outside": "leaves the repository",
        "dangling": "there is no such file: dangling.csv",
        "module/x": "lies in module, which is a submodule",
    }
    for at, name in enumerate(names):
        if name in expected:
            error = past.refused(f"c{at}@HEAD")
            assert expected[name] in error.what, name
            assert (error.exit_code, bool(error.hint)) == (3, True), name
            assert f"candidates.c{at}" in error.where
    with past.pool() as pool:
        assert answers(pool, f"c{names.index('link')}@HEAD") == ["late"]
    assert not [each for each in past.exports if each.startswith(".")]


def test_what_git_lfs_keeps_here_is_used_and_held_to_its_name(past: PastWorkspace) -> None:
    content = csv("kept").encode()
    oid = hashlib.sha256(content).hexdigest()
    past.write("answers.csv", f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n")
    past.write(".gitattributes", "*.csv filter=lfs diff=lfs merge=lfs -text\n")
    past.says(FILE)
    past.commit("base")
    past.git("config", "filter.lfs.process", "no-such-program")
    past.git("config", "filter.lfs.required", "true")
    kept = past.root / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content + b"\n")
    assert "not what the commit names" in past.refused("file@HEAD").what

    kept.write_bytes(content)
    with past.pool() as pool:
        assert answers(pool, "file@HEAD") == ["kept"]


def test_refs_that_cannot_be(past: PastWorkspace) -> None:
    past.write("answers.csv", csv("late"))
    past.commit("before the workspace")
    past.says(FILE, task='[task]\nkind = "regression"\n')
    past.commit("another task")
    past.write("regrade.toml", "[task")
    past.commit("broken")
    past.says(FILE)
    past.commit("now")

    def said(name: str) -> tuple[int, str]:
        error = past.refused(name)
        return error.exit_code, str(error)

    assert said("file@HEAD~3")[0] == 3
    assert "there is no regrade.toml at HEAD~3" in said("file@HEAD~3")[1]
    assert said("file@HEAD~2")[0] == 3
    assert "task.kind is 'regression' at HEAD~2" in said("file@HEAD~2")[1]
    assert said("file@HEAD~1")[0] == 2
    assert "regrade.toml at HEAD~1" in said("file@HEAD~1")[1]
    assert said("fole@HEAD")[0] == 2
    assert "there is no candidate 'fole' in regrade.toml at HEAD" in said("fole@HEAD")[1]
    assert "file" in said("fole@HEAD")[1]
    for name in ("file@mian", "file@--all", "file@HEAD:answers.csv", "file@HEAD^{tree}"):
        assert said(name)[0] == 2
        assert "is no commit, branch or tag" in said(name)[1]
    assert "main" in said("file@mian")[1]
    assert "write `logged`" in said("logged@HEAD")[1]
    assert past.exports == []


def test_a_shallow_clone_and_a_folder_without_git_say_so(past: PastWorkspace, tmp_path: Path) -> None:
    past.write("answers.csv", csv("late"))
    past.says(FILE)
    past.commit("one")
    past.write("answers.csv", csv("soon"))
    past.commit("two")
    past.git("clone", "-q", "--depth=1", f"file://{past.root}", str(tmp_path / "clone"))
    clone = PastWorkspace(tmp_path / "clone")
    assert "this clone is shallow: `git fetch --unshallow`" in clone.refused("file@HEAD~1").hint
    with clone.pool() as pool:
        assert answers(pool, "file@HEAD") == ["soon"]

    (clone.root / ".git").rename(tmp_path / "git")
    error = clone.refused("file@HEAD")
    assert (error.exit_code, "not a git repository" in error.what) == (3, True)


def test_code_of_a_commit_needs_trust_of_its_content(past: PastWorkspace) -> None:
    past.write("rules.py", "def predict(frame): return ['one'] * len(frame)\n")
    past.says(RULES)
    past.commit("one")
    past.write("rules.py", "def predict(frame): return ['two'] * len(frame)\n")
    past.commit("two")
    with past.pool(allow_code=False) as pool:
        trust(past.root, "rules", load(past.root / "regrade.toml"))
        assert answers(pool, "rules", "rules@HEAD") == ["two", "two"]  # the same content
        with pytest.raises(NotTrustedError, match=r"its code is not what was trusted: rules.py has changed") as raised:
            pool.predict("rules@HEAD~1", contents(1), SCHEMAS)
        commit = past.git("rev-parse", "--short=7", "HEAD~1").strip()
        assert f"look at rules.py at HEAD~1 ({commit}) (`git diff {commit} -- rules.py`)" in raised.value.hint
        assert "`regrade trust rules@HEAD~1`" in raised.value.hint

        remember(pool.spec("rules@HEAD~1"))
        assert answers(pool, "rules@HEAD~1", "rules") == ["one", "two"]
        past.write("more.txt", "")
        past.commit("three")
        pool.look_up(["rules@HEAD~2"])
        assert answers(pool, "rules@HEAD~2") == ["one"]  # another name of what is trusted

        past.git("restore", "--source=HEAD~2", "rules.py")
        with pytest.raises(NotTrustedError):  # what is trusted at a commit is not let run here
            pool.predict("rules", contents(1), SCHEMAS)


def test_line_ends_and_export_ignore_are_as_in_a_checkout(past: PastWorkspace) -> None:
    past.write(".gitattributes", "*.csv text eol=crlf export-ignore\nrules.py export-subst\n")
    past.write("answers.csv", csv("late"))
    past.write("rules.py", "# $Format:%H$\ndef predict(frame): return ['late'] * len(frame)\n")
    past.says(FILE, RULES)
    past.commit("base")
    past.git("rm", "-q", "--cached", "answers.csv")
    past.git("reset", "-q", "--hard")
    assert b"\r\n" in (past.root / "answers.csv").read_bytes()

    with past.pool() as pool:
        for name in ("file", "rules"):
            assert pool.fingerprint(name).parts["files"] == pool.fingerprint(f"{name}@HEAD").parts["files"]


def test_a_bad_ref_harms_no_other_candidate(past: PastWorkspace) -> None:
    past.write("answers.csv", csv("late"))
    past.says(FILE)
    past.commit("base")
    with past.pool() as pool:
        assert pool.at("file@nowhere") is None
        assert not pool.by_key("file@nowhere")
        with pytest.raises(UsageError):
            pool.look_up(["file", "file@nowhere"])
        with pytest.raises(RegradeError):
            pool.fingerprint("file@nowhere")
        assert answers(pool, "file") == ["late"]
