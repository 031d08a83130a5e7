"""What the verbs on failure modes write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regrade.errors import UsageError, near_names
from regrade.evalset.drafts import Draft, write
from regrade.evalset.events import Write
from regrade.evalset.mode_details import detail
from regrade.evalset.modes import DIGITS, Mode, slug
from regrade.evalset.state import State
from regrade.log.content import JSON

LONGEST_NAME = 200


def define(state: State, name: str, digit: int | None, details: Mapping[str, JSON] | None = None) -> tuple[str, list[Write]]:
    """Return the id and the writes of a new mode; without a digit of its own it gets the next that is free, if any is.

    Raises
    ------
    UsageError
        There is such a mode; the name has no letter, or is too long; the digit is another mode's or none; or as :func:`detail` does.
    """
    name = mode_name(name)
    found = state.book.find(name)
    if found is not None:
        raise UsageError(f"there is a failure mode {found.name!r} ({found.id}) already", where=name)
    chosen = next(iter(state.book.free_digits()), None) if digit is None else _free(state, digit)
    return slug(name), definition(state, name, chosen, details or {})


def definition(state: State, name: str, digit: int | None, details: Mapping[str, JSON]) -> list[Write]:
    """Return the writes that define a mode which is not there yet."""
    fields: dict[str, JSON] = {"name": mode_name(name), "state": "open"} | ({} if digit is None else {"digit": digit})
    fields |= {field: detail(field, value) for field, value in details.items()}
    return [write(state, slug(name), field, value) for field, value in fields.items()]


def named(state: State, name: str) -> tuple[str, list[Write]]:
    """Return the id of the mode that a label names, and the writes that define it where there is none.

    Raises
    ------
    UsageError
        The mode is closed, or :func:`define` refuses the name.
    """
    found = state.book.find(name)
    if found is None:
        return define(state, name, None)
    return is_open(found).id, []


def is_open(mode: Mode) -> Mode:
    """Return ``mode``. Raises UsageError where it is closed."""
    if mode.state == "closed":
        raise UsageError("is a closed failure mode", where=mode.name, hint=f"`regrade modes reopen {mode.id}`")
    return mode


def describe(state: State, mode: str, details: Mapping[str, JSON]) -> Draft:
    """Say more about a mode: what it is, who looks after it, how urgent it is, where it is followed up."""
    found = require(state, mode)
    if not details:
        raise UsageError("nothing is said about it", where=found.name, hint="give a description, an owner, a priority or a link")
    return Draft("describe", tuple(write(state, found.id, field, detail(field, value)) for field, value in details.items()))


def rename(state: State, mode: str, name: str) -> Draft:
    """Give a mode another name; its id stays."""
    found, name = require(state, mode), mode_name(name)
    other = state.book.find(name)
    if other is not None and other.id != found.id:
        raise UsageError(f"there is a failure mode {other.name!r} ({other.id}) already", where=name, hint="merge the two instead")
    return Draft("rename", (write(state, found.id, "name", name),))


def merge(state: State, modes: Sequence[str], into: str) -> Draft:
    """Let modes read as another one from now on."""
    target = require(state, into)
    sources = [require(state, mode) for mode in modes]
    if not sources or any(source.id == target.id for source in sources) or len({source.id for source in sources}) < len(sources):
        raise UsageError("merge different failure modes into another one", where=", ".join([*modes, into]))
    return Draft("merge", tuple(write(state, source.id, "into", target.id) for source in sources))


def set_state(state: State, mode: str, value: str) -> Draft:
    """Close a mode (its digit becomes free), or reopen it."""
    found = require(state, mode)
    if found.state == value:
        raise UsageError(f"is {value} already", where=found.name)
    return Draft("close" if value == "closed" else "reopen", (write(state, found.id, "state", value),))


def set_digit(state: State, mode: str, digit: int) -> Draft:
    """Give a mode another key."""
    return Draft("key", (write(state, require(state, mode).id, "digit", _free(state, digit, mode)),))


def require(state: State, mode: str) -> Mode:
    """Return the mode that a person names. Raises UsageError, with near names, where there is none."""
    found = state.book.find(mode)
    if found is None:
        raise UsageError(f"there is no failure mode {mode!r}", hint=near_names(mode, [each.id for each in state.modes()]))
    return found


def mode_name(name: str) -> str:
    """Return ``name`` with single blanks. Raises UsageError where it is none, or too long."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise UsageError(f"a name has at most {LONGEST_NAME} characters, not {len(name)}", where=name[:40] + "…")
    slug(name)
    return name


def _free(state: State, digit: int, mode: str = "") -> int:
    if digit not in DIGITS:
        raise UsageError(f"a failure mode's key is a digit from 1 to 9, not {digit}")
    holder = next((each for each in state.modes() if each.digit == digit), None)
    if holder is not None and holder != (state.book.find(mode) if mode else None):
        raise UsageError(f"{digit} is the key of {holder.name!r} already", hint="`regrade modes list` shows which are free")
    return digit
