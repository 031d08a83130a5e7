"""Pickles are code: loaded in the candidate's process alone, once somebody trusted these very bytes. And XGBoost, by a function."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
import xgboost
from sklearn.linear_model import LogisticRegression

from regrade.candidates import is_trusted, trust
from regrade.errors import CandidateError, NotTrustedError

from .conftest import SCHEMAS, Workspace, contents

FRAME = pd.DataFrame({"x": np.arange(60) / 10, "n": np.arange(60)})
LABELS = np.where(FRAME["n"] % 3 == 0, "late", "on_time")
MODEL = LogisticRegression().fit(FRAME, LABELS)
SOURCE = Path(__file__).parents[3] / "src/regrade"


class Evil:
    """What runs when it is loaded: it leaves the id of the process that loaded it."""

    def __reduce__(self) -> tuple[object, ...]:
        return (eval, ("(lambda: open('ran.txt', 'a').write(str(__import__('os').getpid()) + chr(10)))()",))


def dump(workspace: Workspace, name: str, model: object) -> Path:
    path = workspace.root / name
    if path.suffix == ".joblib":
        joblib.dump(model, path, compress=3)
    else:
        path.write_bytes(pickle.dumps(model))
    stem = path.stem
    workspace.toml += f'[candidates.{stem}]\nmodel = "{name}"\n'
    return path


@pytest.mark.parametrize("suffix", [".joblib", ".pkl", ".pickle"])
def test_a_trusted_one_answers_as_the_model_does(workspace: Workspace, suffix: str) -> None:
    dump(workspace, f"m{suffix}", MODEL)
    trust(workspace.root, "m", workspace.config())
    outputs = workspace.pool(allow_code=False).predict("m", contents(10), SCHEMAS)

    assert outputs.predictions == MODEL.predict(FRAME[:10]).tolist()
    assert [each["late"] for each in outputs.scores] == MODEL.predict_proba(FRAME[:10])[:, 0].tolist()


@pytest.mark.parametrize("suffix", [".joblib", ".pkl"])
def test_an_untrusted_one_is_never_loaded(workspace: Workspace, suffix: str) -> None:
    dump(workspace, f"evil{suffix}", Evil())
    pool = workspace.pool(allow_code=False)

    for ask in (lambda: pool.predict("evil", contents(1), SCHEMAS), lambda: pool.fingerprint("evil")):
        with pytest.raises(NotTrustedError, match="a pickle, which runs code when it is loaded") as raised:
            ask()
        assert f"look at evil{suffix}, then `regrade trust evil`" in raised.value.hint
    assert list(pool.warm()) == ["evil"]
    assert not (workspace.root / "ran.txt").exists()
    assert pool.started == 0


def test_a_changed_file_needs_trust_again(workspace: Workspace) -> None:
    path = dump(workspace, "m.pkl", MODEL)
    trust(workspace.root, "m", workspace.config())
    pool = workspace.pool(allow_code=False)
    pool.predict("m", contents(1), SCHEMAS)
    path.write_bytes(pickle.dumps(Evil()))

    assert not is_trusted(workspace.root, "m", workspace.config())
    with pytest.raises(NotTrustedError, match="has changed since"):
        pool.predict("m", contents(1), SCHEMAS)
    assert not (workspace.root / "ran.txt").exists()


def test_code_beside_it_is_trusted_with_it(workspace: Workspace) -> None:
    (workspace.root / "features.py").write_text("def double(frame): return frame * 2\n")
    dump(workspace, "m.pkl", MODEL)
    trust(workspace.root, "m", workspace.config())
    (workspace.root / "features.py").write_text("open('ran.txt', 'w')\n")

    assert not is_trusted(workspace.root, "m", workspace.config())


def test_what_is_loaded_are_the_bytes_that_were_hashed(workspace: Workspace, tmp_path: Path) -> None:
    from regrade.candidates.worker.estimator import Refused, load_pickle

    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(Refused, match=r"m\.pkl has changed since it was hashed"):
        load_pickle(str(path), "0" * 64, [])


@pytest.mark.parametrize("arguments", [["score"], ["status"], ["trust", "evil"], ["gate", "evil"]])
def test_no_command_loads_a_pickle_itself(workspace: Workspace, arguments: list[str]) -> None:
    """An audit hook hears of every name that a pickle looks up, in this process; the child may."""
    dump(workspace, "evil.pkl", Evil())
    (workspace.root / "regrade.toml").write_text(workspace.toml)
    code = """
import sys
heard = []
sys.addaudithook(lambda event, found: heard.append(found) if event == "pickle.find_class" and found[1] == "eval" else None)
from regrade.cli.main import main
try:
    main()
finally:
    print("heard", heard, file=sys.stderr)
"""
    allowed = ["--allow-code"] if arguments[0] in ("score", "gate") else []
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, *allowed],
        cwd=workspace.root,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "heard []" in done.stderr
    ran = workspace.root / "ran.txt"
    assert ran.exists() == (arguments[0] == "score")  # where it was allowed it did run, elsewhere; without an eval set gate asks nobody


def test_nothing_but_the_worker_can_load_one() -> None:
    loads = re.compile(r"^\s*(import|from)\s+(pickle|joblib|dill|cloudpickle|marshal|shelve)\b", re.MULTILINE)
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if loads.search(path.read_text())}

    assert found == {"candidates/worker/estimator.py"}


class Spy(LogisticRegression):
    """What notes that it was made."""


def test_a_hostile_skops_file_is_refused_by_name_and_not_run(workspace: Workspace) -> None:
    """The file of a fitted model whose class is said to be ``subprocess.Popen``, with a command as its state."""
    model = Spy().fit(FRAME, LABELS)
    model.args = ["touch", "ran.txt"]
    data = io.BytesIO(skops.io.dumps(model))
    path = workspace.root / "hostile.skops"
    with zipfile.ZipFile(data) as before, zipfile.ZipFile(path, "w") as after:
        for each in before.infolist():
            content = before.read(each)
            if each.filename == "schema.json":
                schema = json.loads(content)
                assert schema["__class__"] == "Spy"
                content = json.dumps({**schema, "__class__": "Popen", "__module__": "subprocess"}).encode()
            after.writestr(each, content)
    workspace.toml += '[candidates.hostile]\nmodel = "hostile.skops"\n'

    with pytest.raises(CandidateError, match=r"types that are not trusted: subprocess\.Popen"):
        workspace.pool(allow_code=False).predict("hostile", contents(1), SCHEMAS)
    assert not (workspace.root / "ran.txt").exists()


def test_a_skops_file_is_loaded_as_it_was_hashed(tmp_path: Path) -> None:
    from regrade.candidates.worker.estimator import Refused, load_skops

    path = tmp_path / "m.skops"
    skops.io.dump(MODEL, path)
    with pytest.raises(Refused, match=r"m\.skops has changed since it was hashed"):
        load_skops(str(path), "0" * 64)


FIVE_LINES = """
import pandas as pd, xgboost
booster = xgboost.Booster(model_file="booster.ubj")
def predict(frame):
    p = booster.predict(xgboost.DMatrix(frame[booster.feature_names]))
    return pd.DataFrame({"late": p, "on_time": 1 - p})
"""


def test_xgboost_in_five_lines(workspace: Workspace) -> None:
    booster = xgboost.train(
        {"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(FRAME, label=(LABELS == "late").astype(int)), num_boost_round=8
    )
    booster.save_model(workspace.root / "booster.ubj")
    workspace.python("boosted", FIVE_LINES, files=["booster.ubj"])
    workspace.toml += "threshold = 0.3\n"
    pool = workspace.pool()
    outputs = pool.predict("boosted", contents(60), SCHEMAS)
    expected = booster.predict(xgboost.DMatrix(FRAME))

    assert outputs.errors == [None] * 60
    np.testing.assert_allclose([each["late"] for each in outputs.scores], expected, atol=1e-7)
    assert outputs.predictions == np.where(expected >= 0.3, "late", "on_time").tolist()
    assert pool.fingerprint("boosted").parts["distributions"]["xgboost-cpu"] == xgboost.__version__


def test_an_xgboost_classifier_in_a_joblib_file(workspace: Workspace) -> None:
    model = xgboost.XGBClassifier(n_estimators=5, n_jobs=1).fit(FRAME, (LABELS == "late").astype(int))
    dump(workspace, "boosted.joblib", model)
    outputs = workspace.pool().predict("boosted", contents(20), SCHEMAS)

    assert outputs.predictions == model.predict(FRAME[:20]).tolist()
    assert set(outputs.scores[0]) == {"0", "1"}
