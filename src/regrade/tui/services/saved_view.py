"""What was on screen last: painted first next time, before anything is imported or read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from regrade.config_privacy import Privacy
from regrade.tui.cells import Format
from regrade.tui.chosen import AUTOMATIC, Chosen
from regrade.tui.layout import GridColumn
from regrade.tui.model import ModeKey
from regrade.tui.services.past_filters import may_be_kept

_FORMAT = 1


class KeptFacets(msgspec.Struct):
    """Facets that were open; the filter is that of the view."""

    column: str
    """As the log is asked for it."""
    order: str = ""
    reverse: bool = False
    term: str = ""
    in_values: bool = True


class SavedView(msgspec.Struct):
    """The last view; cells are kept as the text they were shown as."""

    columns: list[GridColumn]
    formats: dict[str, Format]
    n_rows: int
    """Rows of the view."""
    blocks: dict[int, dict[str, list[str | None]]]
    """The blocks that were on screen."""
    states: dict[str, tuple[str, str | None, bool]]
    """Key → status, mode, pinned, for the rows in ``blocks`` that have one."""
    where: str = ""
    sort: str = ""
    cursor: int = 0
    top: int = 0
    address: int | None = None
    """Of the row under the cursor; its ``key`` proves that the address still holds."""
    key: str | None = None
    predictions: int = 0
    failures: int | None = None
    version: str = ""
    modes: list[tuple[str, str, str | None]] = []
    board: dict[str, Any] | None = None
    place: str = ""
    """The screen that one was on; ``kept``: what each screen beside Triage wants to find again."""
    kept: dict[str, dict[str, Any]] = {}
    chosen: Chosen = AUTOMATIC
    zoom: int = 0
    """-1: the grid alone; 0: grid and prediction; 1: the prediction alone."""
    scroll: int = 0
    """The first line of that one, where it is alone."""
    facets: KeptFacets | None = None
    format: int = _FORMAT

    def mode_keys(self) -> list[ModeKey]:
        """Return the failure modes that had a key."""
        return [ModeKey(id, name, digit) for id, name, digit in self.modes]


def load(path: Path) -> SavedView | None:
    """Return what was saved; None where there is nothing, or nothing that can be used."""
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=SavedView)
    except (OSError, ValueError, RecursionError):
        return None
    lengths = {len(values) for block in saved.blocks.values() for values in block.values()}
    whole = all({"key", "result"} <= block.keys() for block in saved.blocks.values())
    widths = all(1 <= form.width <= 200 for form in saved.formats.values())
    usable = saved.format == _FORMAT and whole and widths and max(lengths, default=0) <= 1_000 and 0 <= saved.n_rows < 1 << 40
    return saved if usable else None


def save(path: Path, saved: SavedView) -> None:
    """Write it in place of the one before; a cache that cannot be written is no reason to disturb anybody."""
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(saved))
        temporary.replace(path)
    except (OSError, msgspec.EncodeError, UnicodeError):
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def without_private(saved: SavedView, privacy: Privacy) -> SavedView:
    """Return a view that may stand on the disk: without the values of columns that ``[privacy]`` declares, and without a filter on them.

    Rows that such a filter found are left out with it.
    """
    if not privacy.declared:
        return saved
    facets = saved.facets
    if facets is not None and not may_be_kept(f"{facets.column} {facets.term}", privacy):
        saved = msgspec.structs.replace(saved, facets=None)
    hidden = {column.asked for column in saved.columns if privacy.covers(column.name)}
    if not may_be_kept(saved.where, privacy):
        return msgspec.structs.replace(
            saved, where="", n_rows=0, blocks={}, states={}, cursor=0, top=0, address=None, key=None, facets=None
        )
    blocks = {
        number: {name: [None] * len(values) if name in hidden else values for name, values in block.items()}
        for number, block in saved.blocks.items()
    }
    return msgspec.structs.replace(saved, blocks=blocks)


def as_text(block: Mapping[str, Sequence[object]], formats: Mapping[str, Format]) -> dict[str, list[str | None]]:
    """Return a block with every cell as the text that it is shown as."""
    texts: dict[str, list[str | None]] = {}
    for name, values in block.items():
        form = formats.get(name)
        texts[name] = [None if value is None else form.text(value) if form else str(value) for value in values]
    return texts
