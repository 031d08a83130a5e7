"""Code runs only when this user trusted it, as it is now."""

from __future__ import annotations

import stat

import pytest

from regrade.candidates import is_trusted, trust
from regrade.errors import NotTrustedError, UsageError
from regrade.paths import trust_file

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
