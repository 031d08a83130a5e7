"""What changed beside the scores, in every report: told in words, and never more than text."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest

from regrade.compare.changed import Change, Changed, Commit, EvalSetChange, Gone, Policy, Relabelled
from regrade.compare.changed_words import evalset_notes, policy_notes, value
from regrade.compare.comparison import Effects, FlipRow, Promoted
from regrade.config import Gate
from regrade.report.comparison_changed import changed_lines, parts_words
from regrade.report.comparison_markdown import to_markdown
from regrade.report.comparison_words import settles
from regrade.report.junit import to_junit

from .hostile import HOSTILE, named
from .test_terminal import comparison, printed

DATA = EvalSetChange(
    before="a" * 64, after="b" * 64, added=105, removed=2, relabelled=1, favouring=1, lacking=1,
    gone=[Gone(key="f3", how="retired", by="Ann <ann@example.org>", why="too hard", pinned=True), Gone(key="f5", how="fix")],
    labels=[Relabelled(key="f8", before=["late"], after=["on_time"], favours=True, by="Bob")],
)  # fmt: skip
CHANGED = Changed(
    parts=["data", "code", "model"],
    same=["hardware"],
    unknown=["environment"],
    data=DATA,
    ahead=22,
    commits=[Commit("b34f91e", "Retrain")],
    uncommitted=["rules.py"],
    code=[Change("rules.py", "0" * 64, "1" * 64)],
    model=[Change("classifier.max_iter", 100, 300), Change("x", None, "1" * 64)],
)


def test_each_part_is_told_in_lines() -> None:
    told = dict(changed_lines(CHANGED, values=True))
    assert parts_words(CHANGED) == "data, code, model · the same: hardware · not known: environment"
    assert told["data"] == [
        "version aaaaaaa → bbbbbbb · 105 came in · 2 taken out · 1 relabelled",
        "– f3 retired, pinned (Ann: too hard)",
        "– f5 moved to fix",
        "≠ f8 late → on_time, in favour of the candidate (Bob)",
    ]
    assert told["code"] == ["b34f91e Retrain", "and 21 commits before these", "not committed: rules.py", "rules.py changed"]
    assert told["model"] == ["classifier.max_iter 100 → 300", "x is new"]


def test_a_file_in_place_of_another_is_one_line() -> None:
    model = [Change("a.skops", "0" * 64, None), Change("b.skops", None, "1" * 64)]
    assert dict(changed_lines(msgspec.structs.replace(CHANGED, model=model), values=True))["model"] == ["a.skops → b.skops"]


def test_keys_alone_tell_no_label_and_no_word_of_a_person() -> None:
    document = comparison(changed=CHANGED)
    shown = to_markdown(document)
    assert "f8 relabelled, in favour" in shown and not any(secret in shown for secret in ("on&#95;time", "too hard", "Ann"))
    assert "too hard" in to_markdown(document, inputs=True) and "too hard" in printed(document)


def test_notes_say_what_moves_a_verdict() -> None:
    notes = evalset_notes(DATA, "main")
    assert notes == [
        "1 new label makes the candidate look better: f8",
        "2 examples were taken out in the same change: f3, f5",
        "1 example was relabelled in the same change: f8",
        "main has 1 decision that is not here: merge it first",
    ]


def test_many_rules_are_counted() -> None:
    notes = policy_notes(Policy(ref="main", commit="0" * 40, changes=[Change(f"slices.s{n}", None, "a > 1") for n in range(11)]))
    assert len(notes) == 9 and notes[-1] == "3 more rules are other in the same change: judged by those of main"
    assert len(value("x" * 500)) == 60


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"needed": 420}, "about 420 more sampled examples"),
        (
            {"needed": None, "population": 1_000},
            "this log cannot settle it: it has 1,000 predictions, and more than all of them are needed",
        ),
        ({"needed": None}, "more sampled examples than can be told: the difference lies near the margin"),
        ({"verdict": "pass"}, ""),
    ],
)
def test_what_would_settle_it(changes: dict[str, object], said: str) -> None:
    assert settles(comparison(**changes)) == said


def test_effects_are_told_where_the_evalset_had_one() -> None:
    grown = comparison(effects=Effects(model=0.017, evalset=0.003, whole=0.02))
    for shown in (printed(grown), to_markdown(grown)):
        assert "+1.7 by the model, +0.3 by the eval set" in shown
    assert "by the eval set" not in printed(comparison())


def test_a_pin_that_was_taken_out_is_red_wherever_it_stands() -> None:
    document = comparison(verdict="regression", pinned_broken=[], pinned_gone=["f3"])
    assert "**taken out: <code>f3</code>**" in to_markdown(document)
    assert '<failure message="0 of 0 pinned examples are right, 0 broke, 1 taken out"' in to_junit(document, Gate())


def test_broken_examples_one_by_one() -> None:
    why = Promoted(by="Ann <ann@example.org>", at="2026-11-22T04:24:00+00:00", how="promote", why="rain at the origin")
    flip = FlipRow(
        key="f1", flip="broken", expected="late", baseline="late", candidate="on_time", candidate_score=0.3, mode="storm",
        origin="failure", promoted=why, inputs={"hour": 18},
    )  # fmt: skip
    text = printed(comparison(flips=[flip]))
    for said in ("▼ f1   failure · mode storm", "expected late", "retrained on_time 0.30", "inputs hour=18"):
        assert said in text
    assert "promoted by Ann, 2026-11-22: rain at the origin" in text


def test_hostile_text_stays_text_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for text in HOSTILE:
        for document in (named(text), named(text, flips=[])):
            shown = printed(document, 100)
            assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Cs") and each != "\n"], text
            assert "\n::" not in shown and "##[" not in shown
