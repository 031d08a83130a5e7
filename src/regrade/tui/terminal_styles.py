"""Styles of a terminal: what an instruction adds up to, what of it is seen on a blank, the shortest way from one to another."""

from __future__ import annotations

from functools import cache

_SHOWN_IF_BLANK = frozenset(("4", "7", "9", "21", "53"))
"""Attributes that are seen on a blank: lines and reversed colours."""
_ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "21": "24", "5": "25", "7": "27", "8": "28", "9": "29", "53": "55"}
"""What ends an attribute."""


@cache
def together(style: str, codes: str) -> str:
    """Return the style after one more instruction; empty is plain."""
    if codes in ("", "0"):
        return ""
    return f"{style};{codes}" if style else codes


@cache
def on_blank(style: str) -> tuple[str, frozenset[str], str]:
    """Return what of a style is seen on a blank."""
    fore, back, attributes = _parts(style)
    seen = attributes & _SHOWN_IF_BLANK
    return back, seen, fore if seen else ""


@cache
def switch(before: str, after: str) -> str:
    """Return the shortest instruction that turns one style into another; empty where they are the same."""
    fore, back, attributes = _parts(before)
    wanted_fore, wanted_back, wanted = _parts(after)
    if (fore, back, attributes) == (wanted_fore, wanted_back, wanted):
        return ""
    anew = ["0", *sorted(wanted), wanted_fore, wanted_back]
    ended = {_ENDS.get(each, "0") for each in attributes - wanted}
    kept = {each for each in attributes & wanted if _ENDS.get(each) not in ended}
    more = [*sorted(ended), *sorted(wanted - kept)]
    if wanted_fore != fore:
        more.append(wanted_fore or "39")
    if wanted_back != back:
        more.append(wanted_back or "49")
    ways = [";".join(filter(None, anew))] if "0" in ended else [";".join(filter(None, anew)), ";".join(more)]
    least = min(ways, key=len)
    return f"\x1b[{'' if least == '0' else least}m"


@cache
def _parts(style: str) -> tuple[str, str, frozenset[str]]:
    """Return foreground, background and attributes of a style; a colour that is the terminal's own is none."""
    fore = back = ""
    attributes = set()
    codes = iter(style.split(";") if style else ())
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes, "")
            more = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            colour = ";".join((code, kind, *more))
            fore, back = (colour, back) if code == "38" else (fore, colour)
        elif code in ("39", "49"):
            fore, back = ("", back) if code == "39" else (fore, "")
        elif code.isdigit() and (30 <= int(code) <= 37 or 90 <= int(code) <= 97):
            fore = code
        elif code.isdigit() and (40 <= int(code) <= 47 or 100 <= int(code) <= 107):
            back = code
        else:
            attributes.add(code)
    return fore, back, frozenset(attributes)
