"""Short ways to places where a monkey would not come by chance: keys, one after another, between which anything may happen."""

from __future__ import annotations

UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
PAGE_UP, PAGE_DOWN, HOME, END, BACK_TAB = b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\x1b[Z"
ENTER, ESC, TAB = b"\r", b"\x1b", b"\t"
UNDO, REDO, REDRAW = b"u", b"\x12", b"\x0c"
TRIAGE, MODES, EVALSET, COMPARE, SLICES = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~"
HOSTILE_PASTE = b"\x1b[200~\x1b]52;c;eA==\x07\x1b[2J[/] 'x' \xe2\x80\xae\xe6\xbc\xa2\x1b[201~"


def command(words: bytes) -> tuple[bytes, ...]:
    """Return the keys that run a command of the palette."""
    return (b":", words, ENTER)


ERRANDS: dict[str, tuple[bytes, ...]] = {
    "resolve": (TRIAGE, b"/", b"\x15", ENTER, b"D", b"R", b"2", b"1", UNDO),
    "label": (TRIAGE, b"l", b"storms", ENTER, UNDO, REDO),
    "label as one before": (TRIAGE, b"j", b"l", DOWN, ENTER, b"p"),
    "label with what is pasted": (TRIAGE, b"l", HOSTILE_PASTE, ENTER),
    "label a range": (TRIAGE, b"g", b"v", b"j", b"j", b"v", b"1", UNDO),
    "label many": (TRIAGE, b"*", b"1", b"y", UNDO, REDO, UNDO),
    "dismiss": (TRIAGE, b"w", b"x", ENTER, UNDO),
    "dismiss many": (TRIAGE, b"v", PAGE_DOWN, b"x", b"duplicate", ENTER, b"y"),
    "promote": (TRIAGE, b"e", b"p", b"e", b"P", b"i"),
    "promote many": (TRIAGE, b"g", b"v", PAGE_DOWN, PAGE_DOWN, b"v", b"p", b"y", UNDO),
    "correct": (TRIAGE, b"c", DOWN, ENTER, UNDO),
    "correct to a new class": (TRIAGE, b"c", b"never", ENTER, ENTER),
    "note": (TRIAGE, b"o", HOSTILE_PASTE, b" seen", ENTER),
    "retire": (TRIAGE, b"X", DOWN, ENTER, UNDO),
    "take back": (TRIAGE, b"1", b"k", b"U", b"1", b"y"),
    "resolve modes": (TRIAGE, *command(b"about failure modes"), b"1", b"2"),
    "pin": (TRIAGE, b"*", *command(b"must never regress"), b"y", UNDO),
    "filter": (TRIAGE, b"/", b"carrier = 'EV'", ENTER, b"j"),
    "filter by status": (TRIAGE, b"/", b"status = 'open' and result = 'wrong'", ENTER, b"1", b"p"),
    "filter by words": (TRIAGE, b"/", b"\x15", b"storm", ENTER),
    "filter, completed": (TRIAGE, b"/", b"\x15", b"car", DOWN, ENTER, b" = ", DOWN, DOWN, UP, TAB, ENTER),
    "filter, a value of hostile text": (TRIAGE, b"/", b"\x15", b"remark = '", DOWN, DOWN, PAGE_DOWN, ENTER, ENTER),
    "filter, cancelled": (TRIAGE, b"/", b"hour >", ESC),
    "filter that cannot be": (TRIAGE, b"/", b"\x15", b"hour = (", ENTER, ESC),
    "filter, none": (TRIAGE, b"/", b"\x15", ENTER),
    "sort": (TRIAGE, RIGHT, b"s", b"s", b"S", b"G", b"g"),
    "views": (TRIAGE, b"V", b"mine", ENTER, b"V", DOWN, ENTER),
    "a view for the team": (TRIAGE, *command(b"named view for the team"), b"ours", ENTER),
    "delete a view": (TRIAGE, *command(b"delete a named view"), ENTER, ENTER),
    "columns": (TRIAGE, b"C", b"j", b" ", b"J", b">", ENTER, b"H", b"L", b"<", b">", b"-"),
    "columns as many as fit": (TRIAGE, *command(b"as many as fit")),
    "facets": (TRIAGE, b"f", b"j", b"s", b"S", b"y", ENTER, ESC, ESC),
    "facets of another column": (TRIAGE, b"f", b"/", b"rem", DOWN, ENTER, b"j", b"j", b"!", ESC),
    "facets in time": (TRIAGE, b"f", LEFT, b"g", b"j", b"j", RIGHT, b"G", ENTER),
    "open": (TRIAGE, ENTER, b"z", PAGE_DOWN, b"/", b"late", ENTER, b"n", b"N", ESC, ESC),
    "open, side by side": (TRIAGE, b"+", b"j", b"y", b"_", b"_", b"+"),
    "trouble": (TRIAGE, b"t", RIGHT, b"j", b"y", ESC),
    "session": (TRIAGE, b"Q", b"j", b"j", ENTER, b"n", ESC),
    "help": (b"?", PAGE_DOWN, b"j", ESC),
    "palette": (b":", b"s", DOWN, DOWN, DOWN, ENTER, ESC),
    "palette, anything": (b":", *(DOWN,) * 9, ENTER, ESC),
    "rescore": (TRIAGE, b"r", ESC, b"Y", b"y"),
    "redraw": (REDRAW, b"d", REDRAW),
    "round": (b"]", b"]", b"[", b"]", b"]", b"]"),
    "define a mode": (MODES, b"n", b"short hop", ENTER, b"s", b"S"),
    "rename a mode": (MODES, b"j", b"c", b" or two", ENTER, UNDO),
    "describe a mode": (MODES, b"o", DOWN, ENTER, HOSTILE_PASTE, ENTER),
    "give a key": (MODES, b"#", b"5", b"#", b"j", ENTER),
    "merge modes": (MODES, b"j", b"m", DOWN, ENTER, b"y", UNDO),
    "close a mode": (MODES, b"x", b"x", b"r", b"R", b"1", ESC),
    "into a mode": (MODES, ENTER, b"j", ESC),
    "eval set": (EVALSET, b"j", ENTER, b"j", PAGE_DOWN, b"y", ESC),
    "tabs": (EVALSET, RIGHT, RIGHT, RIGHT, b"j", RIGHT, RIGHT, b"R", b"1", RIGHT, RIGHT, ENTER, ESC, LEFT, LEFT),
    "find an example": (EVALSET, b"/", b"f00", ENTER, b"P", b"P", ESC),
    "retire an example": (EVALSET, b"X", ENTER, RIGHT, b"X", UNDO),
    "correct an example": (EVALSET, b"c", DOWN, ENTER, b"o", b"why", ENTER, UNDO, UNDO),
    "compare": (COMPARE, b"j", RIGHT, b"j", RIGHT, b"f", b"f", b"y", b"Y", ENTER, ESC),
    "compare others": (COMPARE, b"c", DOWN, ENTER, b"b", DOWN, ENTER, b"x", b"r"),
    "slices": (SLICES, b"j", b"m", b"m", TAB, b"j", RIGHT, b"y", ENTER, ESC, b"r"),
    "leave and come back": (TRIAGE, b"q"),
}
"""By what each is for."""

LETTERS = tuple(
    each.encode() for each in "jkgGhlvVeEwWDsSfxcpPioXRuUrtdyYCHLQzZab+_-<>[]1234567890#lmbn*!?nN=/: \r\t\x1b\x04\x15\x12\x7f\x0c"
)
ARROWS = (UP, DOWN, RIGHT, LEFT, PAGE_UP, PAGE_DOWN, HOME, END, BACK_TAB)
SCREENS = (TRIAGE, MODES, EVALSET, COMPARE, SLICES)
TYPED = ("漢é".encode(), HOSTILE_PASTE, b"\x1b[200~paste\nof\ttwo lines\x1b[201~")
ALT = (b"\x1bz", b"\x1b[1;5C", b"\x1b[1;2A", b"\x1b[27;5;13~")
STRANGE = (
    *ALT,
    b"\x1b[I",
    b"\x1b[O",
    b"\x1bz",
    b"\x1b[1;5C",
    b"\x1b[1;2A",
    b"\x1b[3~",
    b"\x1b[2~",
    b"\x1b[24~",
    b"\x1b[27;5;13~",
    b"\xff",
    b"\x00",
    b"\x1b[",
)
KEYS = (*LETTERS, *LETTERS, *ARROWS, *ARROWS, *SCREENS, *TYPED, *STRANGE)

QUICK = (
    *("resolve", "label many", "dismiss", "promote", "filter, completed", "filter, none", "columns", "facets", "open"),
    *("define a mode", "describe a mode", "eval set", "compare", "slices", "trouble"),
)
"""Errands that come to every screen, and to most dialogs, in few keys."""
AWAITED = {"trouble": "t says more"}
"""What must be on the screen before an errand can come where it leads."""

EVERYWHERE = frozenset(
    (
        *("triage", "modes", "evalset", "compare", "slices", "FacetsScreen"),
        *("completions", "triage, prediction alone", "triage, search in a prediction, prediction alone", "triage, marks"),
        *("Choose Failure", "Choose Dismiss:", "Choose Expected:", "Choose Note", "Choose Retire", "ChooseColumns", "Commands"),
        *("HelpScreen", "TroubleScreen", "SessionScreen", "Resolve", "Confirm Label"),
        *("decided: label", "decided: label many", "decided: promote", "decided: dismiss", "decided: undo", "action redo"),
    )
)
"""What a monkey has to have visited before it may say that nothing breaks."""
