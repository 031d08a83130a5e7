"""Code runs only when this user trusted it, as it is now."""

from __future__ import annotations

import py_compile
import stat
import sys
from importlib import import_module

import pytest

from regrade.candidates import is_trusted, trust
from regrade.candidates.spec import resolve
from regrade.candidates.trust import changes
from regrade.candidates.trust_changes import Changes, recall
from regrade.errors import CandidateError, NotTrustedError, UsageError
from regrade.paths import trust_file
from tests.faults.held import is_held

from .conftest import COUNTING, SCHEMAS, Workspace, contents


def test_untrusted_code_does_not_run_and_the_error_says_what_to_do(workspace: Workspace) -> None:
    workspace.python("rules", COUNTING)
    pool = workspace.pool(allow_code=False)

    for ask in (lambda: pool.predict("rules", contents(1), SCHEMAS), lambda: pool.fingerprint("rules")):
        with pytest.raises(NotTrustedError, match=r"regrade trust rules") as raised:
            ask()
        assert "rules.py" in raised.value.hint
    assert workspace.calls == []
    assert pool.started == 0


def test_trust_lets_it_run_until_its_file_changes(workspace: Workspace) -> None:
    workspace.python("rules", COUNTING)
    assert not is_trusted(workspace.root, "rules", workspace.config())

    trust(workspace.root, "rules", workspace.config())
    pool = workspace.pool(allow_code=False)
    assert is_trusted(workspace.root, "rules", workspace.config())
    assert pool.predict("rules", contents(2), SCHEMAS).errors == [None, None]

    (workspace.root / "rules.py").write_text("def predict(frame): return ['evil'] * len(frame)")
    assert not is_trusted(workspace.root, "rules", workspace.config())
    with pytest.raises(NotTrustedError, match="changed since"):
        pool.predict("rules", contents(2), SCHEMAS)


def test_trust_covers_what_it_could_import(workspace: Workspace) -> None:
    (workspace.root / "helper.py").write_text("ANSWER = 'late'\n")
    (workspace.root / "README").write_text("read me\n")
    workspace.python("rules", "import helper\ndef predict(frame): return [helper.ANSWER] * len(frame)\n", files=["README"])
    trust(workspace.root, "rules", workspace.config())
    pool = workspace.pool(allow_code=False)
    assert pool.predict("rules", contents(1), SCHEMAS).predictions == ["late"]

    for name in ("helper.py", "rules.py", "README", "new.py", "pandas.so"):
        path = workspace.root / name
        before = path.read_bytes() if path.exists() else None
        path.write_text("open('ran', 'w')\n")
        with pytest.raises(NotTrustedError, match="changed since"):
            pool.predict("rules", contents(1), SCHEMAS)
        path.unlink() if before is None else path.write_bytes(before)
    assert not (workspace.root / "ran").exists()
    assert is_trusted(workspace.root, "rules", workspace.config())


def test_trust_leaves_out_environments_and_what_is_outside(workspace: Workspace, tmp_path) -> None:
    workspace.python("rules", COUNTING, pythonpath=[".", "../outside"])
    trust(workspace.root, "rules", workspace.config())
    for folder in (".venv/lib", "evalset", ".regrade", "node_modules", "../outside"):
        (workspace.root / folder).mkdir(parents=True)
        (workspace.root / folder / "some.py").write_text("")
    (workspace.root / ".venv/pyvenv.cfg").write_text("")

    assert is_trusted(workspace.root, "rules", workspace.config())


def test_what_differs_from_what_was_trusted_is_named(workspace: Workspace) -> None:
    (workspace.root / "helper.py").write_text("ANSWER = 'late'\n")
    (workspace.root / "fix.py").write_text("def apply(inputs, answers): return answers\n")
    workspace.python("rules", "import helper\ndef predict(frame): return [helper.ANSWER] * len(frame)\n", postprocess="fix:apply")
    trust(workspace.root, "rules", workspace.config())
    spec = resolve(workspace.root, "rules", workspace.config())
    assert changes(spec) == Changes()

    (workspace.root / "helper.py").write_text("ANSWER = 'soon'\n")
    (workspace.root / "new.py").write_text("")
    (workspace.root / "fix.py").unlink()
    (workspace.root / "other.py").write_text("def apply(inputs, answers): return answers\n")
    workspace.toml = workspace.toml.replace("fix:apply", "other:apply") + "parameters = { a = 1 }\n"
    with pytest.raises(NotTrustedError) as raised:
        workspace.pool(allow_code=False).fingerprint("rules")
    assert raised.value.what == (
        "its code has changed since it was trusted: helper.py has changed, new.py, other.py are new, fix.py is gone, "
        "regrade.toml says something else of parameters, postprocess: module"
    )
    assert raised.value.hint.startswith("look at helper.py, new.py, other.py, regrade.toml, then `regrade trust rules`")

    trust(workspace.root, "rules", workspace.config())
    assert len(recall(trust_file().with_name("trusted-files.json"))) == 1  # what is trusted no more is forgotten
    for spoilt in (b"{", b""):
        trust_file().with_name("trusted-files.json").write_bytes(spoilt)
        (workspace.root / "helper.py").write_text(f"ANSWER = {spoilt!r}\n")
        with pytest.raises(NotTrustedError) as raised:
            workspace.pool(allow_code=False).fingerprint("rules")
        assert raised.value.what == "its code has changed since it was trusted"


def test_too_many_sources_are_refused(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.python("rules", COUNTING)
    (workspace.root / "more.py").write_text("")
    monkeypatch.setattr("regrade.candidates.sources.MOST", 1)

    with pytest.raises(CandidateError, match="more than 1 source"):
        trust(workspace.root, "rules", workspace.config())


def test_bytecode_of_the_workspace_is_never_run(workspace: Workspace) -> None:
    workspace.python("rules", "import package.inner, sourceless\ndef predict(frame): return [package.inner.ANSWER] * len(frame)\n")
    (workspace.root / "package").mkdir()
    inner = workspace.root / "package/inner.py"
    inner.write_text("ANSWER = 'evil'\n")
    py_compile.compile(str(inner), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    inner.write_text("ANSWER = 'late'\n")
    (workspace.root / "sourceless.py").write_text("")
    assert workspace.pool().predict("rules", contents(1), SCHEMAS).predictions == ["late"]

    py_compile.compile(str(workspace.root / "sourceless.py"), cfile=str(workspace.root / "sourceless.pyc"))
    (workspace.root / "sourceless.py").unlink()
    with pytest.raises(CandidateError, match="No module named 'sourceless'"):
        workspace.pool().predict("rules", contents(1), SCHEMAS)


def test_the_settings_of_an_environment_need_trust_again(workspace: Workspace) -> None:
    home = workspace.root / "env"
    (home / "bin").mkdir(parents=True)
    (home / "bin/python").symlink_to(sys.executable)
    (home / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (workspace.root / "m.skops").write_bytes(b"PK")
    workspace.toml += '[candidates.m]\nmodel = "m.skops"\ninterpreter = "env/bin/python"\n'
    trust(workspace.root, "m", workspace.config())
    assert is_trusted(workspace.root, "m", workspace.config())

    (home / "pyvenv.cfg").write_text("home = /tmp/evil\n")
    assert not is_trusted(workspace.root, "m", workspace.config())


def test_rules_on_top_of_a_model_are_code_too(workspace: Workspace) -> None:
    (workspace.root / "m.skops").write_bytes(b"PK")
    (workspace.root / "fix.py").write_text("open('ran', 'w')\ndef apply(inputs, answers): return answers\n")
    workspace.toml += '[candidates.m]\nmodel = "m.skops"\npostprocess = "fix:apply"\n'
    with pytest.raises(NotTrustedError, match=r"look at fix\.py, m\.skops"):
        workspace.pool(allow_code=False).predict("m", contents(1), SCHEMAS)
    trust(workspace.root, "m", workspace.config())
    assert is_trusted(workspace.root, "m", workspace.config())

    (workspace.root / "fix.py").write_text("open('ran', 'w')\n")
    assert not is_trusted(workspace.root, "m", workspace.config())
    assert not (workspace.root / "ran").exists()


def test_trust_is_of_one_workspace_and_one_candidate(workspace: Workspace, tmp_path) -> None:
    workspace.python("rules", COUNTING)
    trust(workspace.root, "rules", workspace.config())
    other = tmp_path / "other"
    workspace.root.rename(other)

    assert not is_trusted(other, "rules", workspace.config())


def test_other_parameters_and_another_function_need_trust_again(workspace: Workspace) -> None:
    workspace.python("rules", "def predict(frame, limit=0): ...\ndef other(frame): ...\n")
    trust(workspace.root, "rules", workspace.config())
    before = workspace.toml

    workspace.toml = before + "parameters = { limit = 3 }\n"
    assert not is_trusted(workspace.root, "rules", workspace.config())
    workspace.toml = before.replace(":predict", ":other")
    assert not is_trusted(workspace.root, "rules", workspace.config())


def test_a_named_interpreter_is_code_too(workspace: Workspace) -> None:
    evil = workspace.root / "python"
    evil.write_text("#!/bin/sh\ntouch ran\n")
    evil.chmod(0o755)
    (workspace.root / "m.skops").write_bytes(b"PK")
    workspace.toml += '[candidates.m]\nmodel = "m.skops"\ninterpreter = "python"\n'
    pool = workspace.pool(allow_code=False)

    with pytest.raises(NotTrustedError):
        pool.predict("m", contents(1), SCHEMAS)
    pool.warm()
    assert not (workspace.root / "ran").exists()


def test_what_is_no_code_needs_no_trust(workspace: Workspace) -> None:
    (workspace.root / "answers.csv").write_text("key,prediction\nk0,late\n")
    workspace.toml += '[candidates.file]\npredictions = "answers.csv"\n'

    assert is_trusted(workspace.root, "file", workspace.config())
    with pytest.raises(UsageError, match="no code"):
        trust(workspace.root, "file", workspace.config())


def test_the_memory_is_the_users_alone_and_a_broken_one_trusts_nothing(workspace: Workspace) -> None:
    workspace.python("rules", COUNTING)
    trust(workspace.root, "rules", workspace.config())
    assert stat.S_IMODE(trust_file().stat().st_mode) == 0o600

    trust_file().write_text("{ broken")
    assert not is_trusted(workspace.root, "rules", workspace.config())


SWAPS = """
from pathlib import Path
def predict(frame):
    Path("helper.py").write_text("open('ran', 'w')")
    import helper
    return ["late"] * len(frame)
"""


def test_a_file_that_changes_before_it_is_imported_does_not_run(workspace: Workspace) -> None:
    """All sources are looked at before the start; an import in a function comes later."""
    (workspace.root / "helper.py").write_text("ANSWER = 'late'\n")
    workspace.python("swaps", SWAPS)
    trust(workspace.root, "swaps", workspace.config())
    outputs = workspace.pool(allow_code=False).predict("swaps", contents(1), SCHEMAS)

    assert "helper.py has changed since it was trusted" in str(outputs.errors[0])
    assert not (workspace.root / "ran").exists()


@pytest.mark.parametrize("folder", ["node_modules", "__pycache__", "evalset", "tools"])
def test_what_trust_leaves_out_cannot_be_imported(workspace: Workspace, folder: str) -> None:
    (workspace.root / folder).mkdir()
    (workspace.root / folder / "helper.py").write_text("open('ran', 'w')\n")
    (workspace.root / folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    workspace.python("rules", f"import {folder}.helper\ndef predict(frame): return ['late'] * len(frame)\n")
    trust(workspace.root, "rules", workspace.config())

    with pytest.raises(CandidateError, match=r"helper\.py is not covered by trust"):
        workspace.pool(allow_code=False).predict("rules", contents(1), SCHEMAS)
    assert not (workspace.root / "ran").exists()


def test_a_package_that_is_called_evalset_is_covered(workspace: Workspace) -> None:
    (workspace.root / "src" / "evalset").mkdir(parents=True)
    (workspace.root / "src" / "evalset" / "rules.py").write_text("ANSWER = 'late'\n")
    workspace.python("rules", "from evalset.rules import ANSWER\ndef predict(frame): return [ANSWER] * len(frame)", pythonpath=[".", "src"])
    trust(workspace.root, "rules", workspace.config())
    assert workspace.pool(allow_code=False).predict("rules", contents(1), SCHEMAS).predictions == ["late"]
    (workspace.root / "src" / "evalset" / "rules.py").write_text("ANSWER = 'other'\n")

    assert not is_trusted(workspace.root, "rules", workspace.config())


@pytest.mark.parametrize(("name", "mode"), [("helper.sh", 0o644), ("lib/helper.js", 0o644), ("lib/helper", 0o755)])
def test_trust_of_a_command_covers_what_it_may_run(workspace: Workspace, name: str, mode: int) -> None:
    (workspace.root / "ask").write_text("#!/bin/sh\n")
    (workspace.root / "data.csv").write_text("a\n")
    workspace.toml += '[candidates.c]\ncommand = ["sh", "ask"]\n'
    trust(workspace.root, "c", workspace.config())
    (workspace.root / "data.csv").write_text("b\n")
    assert is_trusted(workspace.root, "c", workspace.config())
    path = workspace.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("touch ran\n")
    path.chmod(mode)

    assert not is_trusted(workspace.root, "c", workspace.config())


def test_nobody_else_trusts_between_reading_what_is_trusted_and_writing_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.python("rules", COUNTING)
    module = import_module(trust.__module__)
    really, held = module._read, []

    def read() -> dict[str, str]:
        held.append(is_held(trust_file().parent))
        return really()

    with monkeypatch.context() as patched:
        patched.setattr(module, "_read", read)
        trust(workspace.root, "rules", workspace.config())
    assert held == [True]
    assert not is_held(trust_file().parent)
    assert is_trusted(workspace.root, "rules", workspace.config())
