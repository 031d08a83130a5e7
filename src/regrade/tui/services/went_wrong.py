"""From an error in a thread to what a person is told: what is wrong, and what to do; never a value of anybody's data."""

from __future__ import annotations

from pathlib import Path

from regrade.errors import RegradeError
from regrade.tui.support import Support

_READ_ANEW = "r reads the log anew"
_TODO = {
    **dict.fromkeys(("open", "view", "rows", "detail", "results", "decided", "keys"), _READ_ANEW),
    "decision": "the row shows what is decided; r reads the decisions anew",
    "facets": "r counts again",
    "count": "Enter applies the filter all the same",
    "values": "type the value",
    "filters": "filters and views are as they were; try it again",
    "modes": "r reads the failure modes anew",
    "evalset": "r reads the eval set anew",
}
"""By lane."""
_ELSE = "everything else goes on"


def explained(lane: str, error: BaseException, support: Support) -> RegradeError:
    """Return what to tell of an error in a lane; one that nobody foresaw is noted for support as well."""
    if isinstance(error, RegradeError):
        return error
    support.note(error, f"the {lane} lane")
    todo = _TODO.get(lane, _ELSE)
    noted = f"{todo}; noted without data in {support.path}, to be reported"
    if isinstance(error, MemoryError):
        return RegradeError("there is not enough memory for it", hint=f"a narrower filter needs less; else {todo}")
    if isinstance(error, OSError) and error.strerror:
        place = str(error.filename) if isinstance(error.filename, str | Path) else ""
        hint = f"free some space, or look after permissions; then {todo}"
        return RegradeError(f"cannot be read or written: {error.strerror}", where=place, hint=hint)
    return RegradeError(f"something went wrong inside ({type(error).__name__})", hint=noted)
