"""The review drawn narrow, in ASCII, and as Markdown that fits into a comment."""

from __future__ import annotations

import io

from rich.cells import cell_len
from rich.console import Console

from regrade.evalset import drafts, mode_drafts
from regrade.evalset.review.changes import Tally
from regrade.evalset.review.diff import diff
from regrade.report.evalset_diff import print_review
from regrade.report.evalset_diff_markdown import to_markdown
from regrade.report.markdown import code, plain
from regrade.workspace.reviewing import Review, Side
from tests.unit.evalset.replicas import Replica, content


def review(n: int, text: str = "seen") -> Review:
    """Return a review of ``n`` examples that came in, each for a reason of its own, ``n`` relabelled ones and ``n`` new modes."""
    before, after = Replica("ann"), Replica("bob")
    old = [f"old {i}" for i in range(n)]
    before.decide(lambda state: drafts.promote(state, [(key, content()) for key in old], "failure", False, None, None))
    after.pull(before)
    for i, key in enumerate(old):
        after.decide(lambda state, key=key, i=i: drafts.relabel(state, [key], f"{text} {i}", f"{text} {i}"))
        after.decide(lambda state, i=i: drafts.promote(state, [(f"new {i} {text}", content())], "important", True, "fix", f"{text} {i}"))
        after.decide(lambda state, i=i: drafts.Draft("define", tuple(mode_drafts.define(state, f"mode {i} {text}"[:200], None)[1])))
    found = diff(before.state, after.state)
    sides = [
        Side(person.state.version, len(person.state.members()), 0, person.state.n_events, label=name, kind="commit", commit="c" * 40)
        for name, person in (("main", before), ("HEAD", after))
    ]
    return Review(*sides, found, [Tally(f"slice {i} {text}", i, i + 1, 1, 0) for i in range(n)], [])


def drawn(given: Review, width: int, encoding: str = "utf-8", *, everything: bool = False) -> str:
    buffer = io.BytesIO()
    file = io.TextIOWrapper(buffer, encoding=encoding, newline="\n")
    print_review(given, everything=everything, console=Console(file=file, width=width, highlight=False, markup=False, emoji=False))
    file.flush()
    return buffer.getvalue().decode(encoding)


def test_it_fits_a_terminal_of_any_width_and_of_ascii() -> None:
    given = review(3, "中文 words that are rather long, and of several cells each")
    for width in (40, 80, 132):
        lines = drawn(given, width).splitlines()
        assert max(map(cell_len, lines)) <= width
        assert any("old 0" in line for line in lines)
    assert drawn(given, 80, "ascii").isascii()


def test_few_more_rows_than_the_limit_are_shown_rather_than_counted() -> None:
    assert "more" not in drawn(review(12), 100).replace("one more", "")
    assert "3 more (--all shows them)" in drawn(review(13), 100)
    assert "more (--all" not in drawn(review(13), 100, everything=True)


def test_markdown_fits_into_a_comment_however_much_changed() -> None:
    for n, text in ((150, "x" * 400), (150, "<|>" * 200), (5, "ü")):
        made = to_markdown(review(n, text))
        assert len(made.encode()) <= 65_536
        assert made.startswith("### Eval set: main → HEAD\n\n**")
        assert made.count("<details>") == made.count("</details>")
        assert ("more: `regrade evalset diff --all`" in made) == (n > 100)


def test_no_text_formats_links_or_mentions() -> None:
    hostile = "a|b\n# c <b> [d](http://e) @team #12 GH-7 www.f.org `g` *h* ![i](j) \x1b[31m ~~k~~ $l$ :smile: <!-- --> \\"
    for told in (plain(hostile), code(hostile)):
        assert not set("|\n`*[]()~$\\\x1b") & set(told)
        assert ":smile" not in told and "http:" not in told and "<b>" not in told
    assert "@team" not in plain(hostile) and "GH-7" not in plain(hostile) and "www.f" not in plain(hostile)
    assert plain("late → on time, 3.5%") == "late → on time, 3.5%", "ordinary words stay readable"
