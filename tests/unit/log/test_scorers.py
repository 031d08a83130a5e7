"""Scorers of text and JSON tasks: what each calls right, and that the log says the same in SQL."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.config import parse
from regrade.config_scorers import Scorer
from regrade.errors import ConfigError
from regrade.log.scorer_sql import wrong_by_scorer
from regrade.log.scorers import reaches, right_rule, value

F1 = Scorer(kind="token_f1", threshold=0.5)
FIELDS = Scorer(kind="json_path", fields=("$.intent", "$.slots[0]['to']"), threshold=0.5)
SCORERS = [
    Scorer(kind="exact"),
    Scorer(kind="exact", ignore_case=True),
    Scorer(kind="normalised"),
    Scorer(kind="contains"),
    Scorer(kind="contains", ignore_case=True),
    Scorer(kind="regex", pattern=r"^\s*(paris|[0-9]+)"),
    Scorer(kind="regex", pattern="PARIS", ignore_case=True),
    Scorer(kind="regex"),
    Scorer(kind="numeric", tolerance=0.1),
    Scorer(kind="numeric", relative=0.05),
    F1,
    Scorer(kind="json"),
    FIELDS,
]


@pytest.mark.parametrize(
    ("scorer", "expected", "prediction", "worth"),
    [
        (SCORERS[0], "Paris", "Paris ", 0),
        (SCORERS[0], 1, "1", 1),
        (SCORERS[1], "PARIS", "paris", 1),
        (SCORERS[2], "Paris", '  "paris" .\n', 1),
        (SCORERS[2], "-3.5", "3.5", 0),
        (SCORERS[2], "Café", "cafe\u0301", 1),
        (SCORERS[3], "Jane  Austen", "It was Jane\nAusten.", 1),
        (SCORERS[3], "", "anything", 0),
        (SCORERS[3], "", " ", 1),
        (SCORERS[5], "x", "paris is", 1),
        (SCORERS[7], "^a+$", "aaa", 1),
        (SCORERS[7], "(", "aaa", None),
        (SCORERS[8], "3", "3.1", 1),
        (SCORERS[8], 3, "three", 0),
        (SCORERS[8], "three", "3", None),
        (SCORERS[8], "3", "nan", 0),
        (SCORERS[8], "3", True, 0),
        (SCORERS[9], "100", "105", 1),
        (SCORERS[9], "100", "105.1", 0),
        (F1, "the quick brown fox", "The quick, quick dog.", 0.5),
        (F1, "", "", 1),
        (F1, "", "a", 0),
        (F1, "...", "a", 0),
        (SCORERS[11], {"a": 1, "b": 2}, '{"b": 2.0, "a": 1}', 1),
        (SCORERS[11], {"a": 1}, '{"a": 2, "a": 1}', 0),  # a key that stands twice says nothing
        (FIELDS, {"intent": "book", "slots": [{"to": "Rome"}]}, {"intent": "book", "slots": [{"to": "Oslo"}]}, 0.5),
        (FIELDS, {"intent": "book"}, '{"intent": "book", "slots": [], "more": 1}', 1),
        (FIELDS, {"intent": None}, {}, 0.5),
        (FIELDS, {"other": 1}, {"intent": "book"}, None),
        (FIELDS, "no JSON", {"intent": "book"}, None),
        (F1, None, "a", None),
        (F1, "a", None, None),
    ],
)
def test_what_an_answer_is_worth(scorer: Scorer, expected: Any, prediction: Any, worth: float | None) -> None:
    assert value(scorer, expected, prediction) == worth


words = st.text(st.sampled_from("aApPrRiIsS ßΣσςİıé\u0301\n\t\"'.,!?(){}[]:-_1230e+"), max_size=8)
texts = st.one_of(
    words,
    st.sampled_from(["Paris", "paris.", "PARIS", "1", "1.0", "1e0", "-1", "+1", ".5", "0.50", "nan", "1e999", "(", "^a", "ΑΣ", "ας", "İ"]),
    st.sampled_from(
        ['{"intent": "a"}', '{"intent": "a", "slots": [{"to": 1.0}]}', '{"slots": [{"to": 1}], "intent": null}', "[1]", "{", "1", "null"]
    ),
)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=60, max_size=90))
def test_the_log_says_the_same_as_the_eval_set(pairs: list[tuple[str, str]]) -> None:
    pairs = [*pairs, *((text, text) for text, _ in pairs)]
    with duckdb.connect() as connection:
        connection.execute("create table log (place integer, said varchar, truth varchar)")
        connection.executemany("insert into log values (?, ?, ?)", [(at, *pair) for at, pair in enumerate(pairs)])
        for scorer in SCORERS:
            wrong = wrong_by_scorer(scorer, ("said", "VARCHAR"), ("truth", "VARCHAR"))
            found = [row[0] for row in connection.execute(f"select not ({wrong}) from log order by place").fetchall()]
            here = [reaches(scorer, value(scorer, truth, said)) for said, truth in pairs]
            differing = [(scorer, *each) for (*each,) in zip(pairs, found, here, strict=True) if each[1] is not each[2]]
            assert not differing


@pytest.mark.parametrize("kind", ["INTEGER", "DOUBLE", "BOOLEAN"])
def test_columns_that_are_no_text_are_judged_alike(kind: str) -> None:
    pairs = {
        "INTEGER": [(1, 1), (1, 2), (None, 1)],
        "DOUBLE": [(1.0, 1.0), (1.5, 2.5), (None, 1.0)],
        "BOOLEAN": [(True, True), (True, False)],
    }
    with duckdb.connect() as connection:
        for scorer in SCORERS:
            for said, truth in pairs[kind]:
                wrong = wrong_by_scorer(scorer, ("said", kind), ("truth", kind))
                sql = f"select not ({wrong}) from (select ?::{kind} as said, ?::{kind} as truth)"
                assert connection.execute(sql, (said, truth)).fetchall()[0][0] is reaches(scorer, value(scorer, truth, said)), (
                    scorer,
                    said,
                )


def test_a_pattern_that_runs_away_elsewhere_takes_no_time_here() -> None:
    evil = Scorer(kind="regex", pattern="^(a+)+$")
    assert value(evil, "x", "a" * 100_000 + "b") == 0


@pytest.mark.parametrize(
    ("toml", "place", "said"),
    [
        ('[task]\nkind = "text"\nscorers = ["r"]\n[scorers.r]\nkind = "regex"\npattern = "(a"', "scorers.r.pattern", "'(a'"),
        ('[scorers.r]\nkind = "regex"\npattern = "(?=a)"', "scorers.r.pattern", "no regular expression"),
        ('[task]\nkind = "text"\nscorers = ["exakt"]', "task.scorers", "no scorer 'exakt'"),
        ('[task]\nscorers = ["exact"]', "task.scorers", "belong to text and JSON"),
        ('[task]\nkind = "json"\nscorers = ["json_path"]', "task.scorers", "which fields"),
        ('[scorers.f]\nkind = "json_path"\nfields = ["$.a[*]"]', "scorers.f.fields", "no path"),
        ('[scorers.f]\nkind = "exact"\ntolerance = 1.0', "scorers.f.tolerance", "says nothing"),
        ('[scorers.f]\nkind = "token_f1"\nthreshold = 0.0', "scorers.f.threshold", "above 0"),
        ('[scorers.f]\nfunction = "nothing"', "scorers.f.function", "no function"),
        ("[scorers.f]\nthreshold = 0.5", "scorers.f", "nothing says what"),
    ],
)
def test_what_a_scorer_cannot_be_is_named(toml: str, place: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(toml)
    assert place in raised.value.where
    assert said in raised.value.what


def test_the_first_scorer_decides() -> None:
    rule = right_rule(parse('[task]\nkind = "text"\nscorers = ["token_f1", "exact"]\n[scorers.token_f1]\nthreshold = 0.5'))
    assert rule("a b", "b c") is True
    assert rule("a b", "c d") is False
    assert right_rule(parse('[task]\nkind = "text"'))("a b", "b c") is False
