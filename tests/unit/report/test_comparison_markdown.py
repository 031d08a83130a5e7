"""A comparison in a comment of a pull request: the verdict first, small enough, and nothing from production is more than text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from regrade.compare.comparison import AtRef, FlipRow, GroupRow, Passed, Promoted
from regrade.report.comparison_markdown import failed_markdown, marker, to_markdown

from .hostile import HOSTILE, named
from .test_terminal import comparison

_READER = MarkdownIt("gfm-like", {"html": True})
assert _READER.linkify is not None
_READER.linkify.set({"fuzzy_link": False})  # a name with a point in it is no link to GitHub


def structure(markdown: str) -> list[str]:
    """Return all that is not text, as a renderer of GitHub's Markdown sees it; comments that keep words apart do not count."""
    found = []
    for token in _READER.parse(markdown):
        found += [token.type + (token.content if token.type == "html_block" else "")] if token.type != "inline" else []
        for child in token.children or ():
            if child.type not in ("text", "text_special") and child.content != "<!-- -->":
                found.append(child.type + child.tag + child.content)
    return found


def test_the_verdict_and_what_to_know_stand_first() -> None:
    modes = [
        GroupRow(name="evening storms", n=4, fixed=4, broken=0, now_right=4),
        GroupRow(name="short hops", n=9, fixed=0, broken=2, now_right=5, reopened=True),
        GroupRow(name="holiday", n=3, fixed=0, broken=0, now_right=1),
    ]
    slices = [GroupRow(name="evening", n=96, fixed=1, broken=4, delta=-0.05, low=-0.1, high=0.01, p_adjusted=0.2, margin=0.02)]
    text = to_markdown(comparison(modes=modes, slices=slices, pinned=Passed(passed=3, total=4), reasons=["the interval reaches past it"]))
    first, _, rest = text.partition("<details>")
    lines = first.splitlines()
    assert lines[0] == "<!-- regrade-report retrained -->"
    assert lines[1] == "### ? inconclusive: <code>retrained</code> against <code>prod</code>"
    assert (
        "**accuracy 77.3% → 79.0%&#58; +1.7 points &#91;−1.1, +4.5&#93;** (300 sampled examples, 95% interval, margin 1.0 points)" in first
    )
    wrong = "<code>short hops</code> ▼ **reopened** (2 → 4 wrong); <code>evening storms</code> ▲ 4 → 0 wrong"
    assert f"- **failure modes** {wrong}\n" in first, "what reopened first, what did not move not at all"
    for said in ("**to settle it** about 420 more", "? <code>evening</code> −5.0 points", "3 of 4 right, **broken", "+3,100 USD a month"):
        assert said in first, said
    assert len(lines) < 20 and "holiday" in rest


def test_keys_alone_unless_more_is_asked_for() -> None:
    why = Promoted(by="Ann <ann@example.org>", at="2026-11-22T04:24:00+00:00", how="promote", why="secret-w")
    given = {"text": "secret-i", "hour": None}
    flip = FlipRow(key="f1", flip="broken", expected="secret-e", baseline="secret-b", candidate="secret-c", promoted=why, inputs=given)
    document = comparison(flips=[flip])
    assert "secret" not in to_markdown(document) and "<code>f1</code>" in to_markdown(document)
    shown = to_markdown(document, inputs=True)
    for said in ("secret-e", "secret-b", "secret-c", "text&#61;secret-i, hour&#61;", "promoted by Ann, 2026-11-22&#58; secret-w"):
        assert said in shown


def test_the_marker_is_the_same_at_another_commit() -> None:
    here = comparison(candidate="my-llm")
    there = comparison(candidate="my-llm@main", candidate_at=AtRef(ref="main", commit="0" * 40))
    assert marker(here) == marker(there) == failed_markdown("no", "my-llm").splitlines()[0] != marker(comparison())
    assert marker(comparison(candidate='--> "$(id)" -->')) == "<!-- regrade-report id -->"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    made, plain = to_markdown(named(text), inputs=True), to_markdown(named("x"), inputs=True)
    assert structure(made)[1:] == structure(plain)[1:]
    assert structure(failed_markdown(text, text))[1:] == structure(failed_markdown("x", "x"))[1:]
    assert not [each for each in made if unicodedata.category(each) in ("Cc", "Cf", "Cs") and each != "\n"]
    outside = re.sub("<code>[^<]*</code>", "", made.partition("\n")[2])
    for live in ("@team", "GH-7", "//", "www.e", "javascript:", "<script", "<img"):
        assert live not in outside


@settings(max_examples=40)
@given(st.text(min_size=1))
def test_any_text_stays_text(text: str) -> None:
    text = text if text.strip() else "x"  # nothing but blanks is no code
    assert structure(to_markdown(named(text)))[1:] == structure(to_markdown(named("x")))[1:]


@pytest.mark.parametrize("text", ["key", "@x" * 400, "🛫" * 300])
def test_it_fits_into_a_comment_however_much_broke(text: str) -> None:
    keys = [f"{at} {text}" for at in range(3_000)]
    group = GroupRow(name=text, n=9, fixed=1, broken=3, now_right=2, delta=0.1, low=0.0, high=0.2, reopened=True, margin=0.1)
    flips = [FlipRow(key=key, flip="broken", expected=text, mode=text, inputs={text: text}) for key in keys[:40]]
    changes = {"broken": keys, "fixed": keys, "modes": [group] * 300, "slices": [group] * 300, "reasons": keys, "notes": keys}
    made = to_markdown(named(text, **changes, flips=flips), inputs=True)
    assert len(made.encode()) <= 64 * 1024 - 512
    assert "more" in made and "3,000 broken" in made
