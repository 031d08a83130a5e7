"""Which columns somebody chose for the grid, and how wide: kept with a view; nothing in it is known to be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

NARROWEST, WIDEST = 3, 200


class Chosen(msgspec.Struct, frozen=True):
    """Columns by what the log is asked for, ``mode`` among them.

    Attributes
    ----------
    names : tuple of str
        From left to right; none: those that the width has room for.
    widths : dict
        Of columns that are to have another width than their values need, in cells.
    """

    names: tuple[str, ...] = ()
    widths: Mapping[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self.names or self.widths)

    def without(self, name: str, shown: Sequence[str]) -> Chosen:
        """Return these without a column; ``shown`` is what is shown, where nothing was chosen. The last one stays."""
        names = tuple(each for each in self.names or shown if each != name)
        return msgspec.structs.replace(self, names=names) if names else self

    def moved(self, name: str, by: int, shown: Sequence[str]) -> Chosen:
        """Return these with a column further to the right, or to the left, by so many places."""
        names = list(self.names or shown)
        if name in names:
            at = names.index(name)
            names.insert(max(0, min(at + by, len(names) - 1)), names.pop(at))
        return msgspec.structs.replace(self, names=tuple(names))

    def resized(self, name: str, width: int) -> Chosen:
        """Return these with a column so wide."""
        return msgspec.structs.replace(self, widths={**self.widths, name: cells(width)})


AUTOMATIC = Chosen()


def cells(width: int) -> int:
    """Return a width that a column can have."""
    return max(NARROWEST, min(width, WIDEST))
