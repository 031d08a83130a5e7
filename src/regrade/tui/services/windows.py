"""Rows of a view as the screen asks for them: cut into blocks, and where the row went that the cursor was on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regrade.errors import DataError, RegradeError
from regrade.tui.services.log_messages import Anchor
from regrade.tui.services.rows import BLOCK

if TYPE_CHECKING:
    import numpy as np

    from regrade.log import Reader


def told(error: RegradeError) -> str:
    """Return what is wrong on one line; of a file its name, of a filter nothing more: it stands beside."""
    place = f"{Path(error.where).name}: " if isinstance(error, DataError) and error.where else ""
    return f"{place}{error.what}" + (f" ({error.hint})" if error.hint else "")


def find(reader: Reader, addresses: np.ndarray[Any, Any], anchor: Anchor | None) -> int:
    """Return the position of the anchor's row; 0 where it is not in the view, or another row has its address now."""
    if anchor is None or anchor.address is None or not len(addresses):
        return 0
    import numpy as np

    found = np.flatnonzero(addresses == anchor.address)
    if not len(found):
        return 0
    if anchor.key is None or str(reader.cells(addresses[found[:1]], ["key"])[0][0]) == anchor.key:
        return int(found[0])
    address = reader.find([anchor.key]).get(anchor.key)  # the log changed: the row has another address now
    found = np.flatnonzero(addresses == address) if address is not None else found[:0]
    return int(found[0]) if len(found) else 0


def cut(reader: Reader, addresses: Any, numbers: Sequence[int], names: Sequence[str]) -> dict[int, dict[str, Sequence[object]]]:
    """Fetch blocks that lie together in one question, and take them apart."""
    first, last = min(numbers) * BLOCK, (max(numbers) + 1) * BLOCK
    rows = reader.cells(addresses[first:last], list(names))
    blocks: dict[int, dict[str, Sequence[object]]] = {}
    for number in range(min(numbers), max(numbers) + 1):
        part = rows[number * BLOCK - first : (number + 1) * BLOCK - first]
        columns = list(zip(*part, strict=True)) or [()] * len(names)
        blocks[number] = dict(zip(names, columns, strict=True))
    return blocks
