"""What goes over the line: a terminal that is told only what differs shows the same as one that is told everything."""

from __future__ import annotations

import re

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.tui.sparing import Sparing

COLUMNS, ROWS = 44, 5
GREY = "48;2;9;9;9m"
COLOURS = [
    "",
    f"\x1b[38;2;1;2;3;{GREY}",
    f"\x1b[1;38;2;1;2;3;{GREY}",
    "\x1b[38;2;7;7;7;48;2;40;9;9m",
    "\x1b[7m",
    "\x1b[31m",
    "\x1b[4;31;42m",
]
TEXTS = st.one_of(st.text("ab ✗│漢é", min_size=1, max_size=4), st.sampled_from((" " * 8, "a" + " " * 7, "a" + " " * 13 + "b")))
PIECES = st.tuples(
    st.integers(0, ROWS - 1),
    st.integers(0, COLUMNS - 30),
    st.lists(st.tuples(st.sampled_from(COLOURS), TEXTS), min_size=1, max_size=2),
)
FRAMES = st.lists(st.lists(PIECES, min_size=1, max_size=6), min_size=1, max_size=6)


def frame(pieces: list[tuple[int, int, list[tuple[str, str]]]]) -> str:
    return "".join(
        f"\x1b[{y + 1};{x + 1}H" + "".join(f"{colour}{text}\x1b[0m" if colour else text for colour, text in texts) for y, x, texts in pieces
    )


def shown(screen: pyte.Screen) -> list[list[object]]:
    """Return what is seen: the colour of a letter on a blank is not."""
    found: list[list[object]] = []
    for y in range(ROWS):
        row = [screen.buffer[y][x] for x in range(COLUMNS)]
        found.append(
            [cell._replace(fg="", bold=False) if cell.data == " " and not (cell.reverse or cell.underscore) else cell for cell in row]
        )
    return found


@settings(max_examples=150, deadline=None)
@given(FRAMES, st.sampled_from(("xterm-256color", "screen")))
def test_the_terminal_shows_the_same(frames: list[list[tuple[int, int, list[tuple[str, str]]]]], term: str) -> None:
    whole, spared = pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    streams = pyte.Stream(whole), pyte.Stream(spared)
    sparing = Sparing(environment={"TERM": term})
    sparing.resized(COLUMNS, ROWS)
    for pieces in frames:
        data = frame(pieces)
        streams[0].feed(data)
        streams[1].feed(sparing.spare(data))
        assert shown(whole) == shown(spared)


def test_what_is_there_is_not_sent_again_and_one_cell_costs_one_cell() -> None:
    sparing = Sparing()
    sparing.resized(80, 24)
    colour = COLOURS[1]
    assert "three words here" in sparing.spare(f"\x1b[3;1H{colour}three words here\x1b[0m")
    assert sparing.spare(f"\x1b[3;1H{colour}three words here\x1b[0m") == ""
    assert sparing.spare(f"\x1b[3;1H{colour}three words hers\x1b[0m") == "\x1b[3;16Hs"


def test_nothing_is_drawn_outside_and_all_is_sent_after_another_size() -> None:
    sparing = Sparing()
    sparing.resized(10, 2)
    assert sparing.spare("\x1b[2;9Hlong\r\n\x1b[3;1Hbelow") == "\x1b[2;9Hlo"
    sparing.resized(12, 4)
    assert sparing.spare("\x1b[2;9Hlong") == "\x1b[2;9Hlong"


def test_controls_go_through_and_those_that_may_draw_make_it_forget() -> None:
    sparing = Sparing()
    sparing.resized(80, 24)
    text = "\x1b[1;1Hhere"
    for harmless in ("\x1b[?7l", "\x1b[?25l", "\x1b]52;c;YQ==\x07", "\x1b[?1003h"):
        sparing.spare(text)
        assert sparing.spare(harmless) == harmless
        assert sparing.spare(text) == ""
    for drawing in ("\x1b[?1049h", "\x1b[2J", "words"):
        assert sparing.spare(drawing) == drawing
        assert "here" in sparing.spare(text)


def test_a_frame_without_anything_in_it_is_no_frame() -> None:
    sparing = Sparing()
    sparing.resized(80, 24)
    begin, end = "\x1b[?2026h", "\x1b[?2026l"
    assert [sparing.spare(each) for each in (begin, "\x1b[1;1Hhere", end)] == ["", f"{begin}\x1b[1Hhere", end]
    assert [sparing.spare(each) for each in (begin, "\x1b[1;1Hhere", end)] == ["", "", ""]


def test_a_colour_is_named_once_a_frame_and_ends_before_anything_else_draws() -> None:
    sparing = Sparing(lambda: False)
    sparing.resized(80, 24)
    red, blue, on = "38;2;250;0;0", "38;2;0;0;250", "48;2;9;9;9"
    names = "".join(f"\x1b[{y};10H\x1b[{red};{on}mname{y}\x1b[0m\x1b[{blue};{on}m value{y}\x1b[0m" for y in range(1, 6))
    sent = sparing.spare(names)
    assert sent.count(red) == sent.count(blue) == sent.count(on) == 1
    assert sparing.spare("\x1b[?1049l") == "\x1b[m\x1b[?1049l"


def test_the_cursor_is_put_where_a_text_is_typed_and_nowhere_else() -> None:
    typing = True
    sparing = Sparing(lambda: typing)
    sparing.resized(80, 24)
    assert sparing.spare("\x1b[3;1Hsome\x1b[9;9H") == "\x1b[3Hsome\x1b[9;9H"
    assert sparing.spare("\x1b[3;1Hsome\x1b[9;9H") == ""
    typing = False
    assert sparing.spare("\x1b[3;1Hwords\x1b[9;9H") == "\x1b[3Hwords"
    typing = True
    assert sparing.spare("\x1b[3;1Hwords\x1b[9;9H") == "\x1b[9;9H"


def test_behind_a_character_of_doubtful_width_the_next_is_put_in_its_place() -> None:
    sparing = Sparing(environment={"TERM": "xterm"})
    sparing.resized(40, 3)
    for text, width in (("🏳\ufe0f", 2), ("👍🏽", 2), ("e\u0301", 1), ("\ue000", 1), ("\ud7ff", 0)):
        assert f"\x1b[2;{4 + width}H│" in sparing.spare(f"\x1b[2;3Ha{text}│ b\x1b[0m")
    assert "漢│" in sparing.spare("\x1b[2;3Ha漢│\x1b[0m"), "all terminals know how wide these are"


def test_what_no_frame_of_ours_holds_is_no_control_on_the_terminal() -> None:
    sparing = Sparing()
    sparing.resized(60, 5)
    hostile = "\x1b]52;c;eA==\x07 \x9b31m \u202e \x1b[2J \x1b7 \x08 \x1bP+q\x1b\\\\ end"
    sent = sparing.spare(f"\x1b[?2026h\x1b[1;1Hbefore {hostile}\x1b[2;1Hbelow\x1b[?2026l")
    left = re.sub(r"\x1b\[(?:[\d;]*H|\?2026[hl])|\r\n", "", sent)
    assert left.isprintable() and "before" in left and "end" in left and "below" in left
    assert sparing.spare("\x1b]52;c;eA==\x07") == "\x1b]52;c;eA==\x07", "what is copied is no part of a frame"


def test_wiping_sends_all_in_the_style_that_it_has() -> None:
    sparing = Sparing(lambda: False)
    sparing.resized(80, 24)
    here = f"\x1b[1;1H{COLOURS[1]}here\x1b[0m"
    first = sparing.spare(here)
    assert sparing.spare(here) == ""
    sparing.clear()
    assert sparing.spare(here) == f"\x1b[m\x1b[2J{first}"
    assert sparing.spare(here) == ""


def test_what_was_shown_before_the_app_began_is_not_sent_again() -> None:
    sparing = Sparing(lambda: False)
    here = f"\x1b[1;1H{COLOURS[1]}here\x1b[0m"
    sparing.shown(here, 80, 24)
    for _ in range(2):
        sparing.resized(80, 24)
    assert sparing.spare(here) == ""
    sparing.resized(80, 24)
    assert "here" in sparing.spare(here), "it was another size for a moment"
    other = Sparing(lambda: False)
    other.shown(here, 80, 24)
    other.resized(100, 30)
    assert "here" in other.spare(here)
