"""A pipeline over text alone: handed the one column that ``column`` names, refused where it would be asked about names of columns."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union

from regrade.candidates.worker.answers import MissingColumns, Refused
from regrade.candidates.worker.estimator import Estimator, load_skops
from regrade.candidates.worker.one_column import takes_texts
from regrade.errors import CandidateError

from .conftest import SCHEMAS, Workspace, contents

TEXTS = [f"s{i}" for i in range(20)]
LABELS = np.where(np.arange(20) % 3 == 0, "late", "on_time")
FRAME = pd.DataFrame({"s": TEXTS[:6]})


class OfItsOwn(TfidfVectorizer):
    """Takes a frame."""


class ByRows:
    """A model of texts that knows no step: it answers as often as what it is given has items."""

    def predict(self, texts: Any) -> Any:
        return [len(each) for each in texts]


class Chances(ByRows):
    classes_ = np.array(["a", "b"])

    def predict_proba(self, texts: Any) -> Any:
        return np.array([[0.4, 0.6]] * len(list(texts)))


def test_it_is_handed_its_column_which_is_part_of_what_it_is(workspace: Workspace) -> None:
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)
    skops.io.dump(model, workspace.root / "m.skops")
    for name, column in {"bare": "", "by_s": 'column = "s"', "by_text": 'column = "text"'}.items():
        workspace.toml += f'[candidates.{name}]\nmodel = "m.skops"\n{column}\n'
    pool = workspace.pool(allow_code=False)

    outputs = pool.predict("by_s", contents(20), SCHEMAS)
    assert outputs.predictions == model.predict(TEXTS).tolist() and outputs.errors == [None] * 20
    assert pool.stages("by_s", contents(2), SCHEMAS, {}).names == ["tfidfvectorizer"]
    assert pool.predict("by_text", contents(1), SCHEMAS).errors[0].startswith("these examples lack the input 'text'")
    assert pool.fingerprint("by_s").hash != pool.fingerprint("by_text").hash
    assert pool.fingerprint("by_s").parts["settings"] == {"column": "s"}
    with pytest.raises(CandidateError, match=r'a TfidfVectorizer, takes texts: name the input .*, column = "…"'):
        pool.predict("bare", contents(1), SCHEMAS)  # of as many rows as columns it would answer for the column's name


def test_it_is_known_by_its_first_step() -> None:
    search = GridSearchCV(make_pipeline(HashingVectorizer(), Ridge()), {})
    search.best_estimator_ = search.estimator
    assert takes_texts(search) == "HashingVectorizer"
    assert takes_texts(make_pipeline("passthrough", make_union(OfItsOwn(), make_pipeline(TfidfVectorizer())), Ridge())) == "TfidfVectorizer"
    assert takes_texts(make_pipeline(OfItsOwn(), Ridge())) == takes_texts(Ridge()) == ""


def test_whoever_takes_columns_for_rows_is_told_what_it_is_handed(tmp_path: Path) -> None:
    for model in (ByRows(), Chances()):
        with pytest.raises(Refused, match=r"a frame of 1 column \('s'\): .* column = "):
            Estimator(model).answer(FRAME)
        assert len(Estimator(model, "s").answer(FRAME)) == len(FRAME)
    with pytest.raises(MissingColumns):
        Estimator(ByRows(), "text").answer(FRAME)
    skops.io.dump(LogisticRegression().fit(pd.DataFrame({"x": np.arange(20)}), LABELS), tmp_path / "m.skops")
    with pytest.raises(Refused, match=r"trained on a frame \('x'\), .* leave `column` out"):
        load_skops(str(tmp_path / "m.skops"), hashlib.sha256((tmp_path / "m.skops").read_bytes()).hexdigest(), "x")
