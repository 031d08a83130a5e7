"""`regrade evalset verify`: what evalset/ checks by itself, and what needs Arrow and the configuration: schemas, inputs, privacy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from regrade.config import Config
from regrade.errors import DataError
from regrade.evalset import State
from regrade.evalset.verify.check import Verified
from regrade.evalset.verify.check import verify as verify_files
from regrade.evalset.verify.survey import Placed, Progress, Survey
from regrade.paths import Paths
from regrade.workspace.verifying_privacy import check_privacy

if TYPE_CHECKING:
    from regrade.log.schema import Schema

_bytes = msgspec.json.Encoder(order="sorted").encode
"""Canonical JSON, of what was read from JSON: it need not be looked through for what that cannot hold."""
_BATCH = 2_000
"""Contents that are decoded at once."""


def verify(paths: Paths, config: Config, *, base: str | None = None, progress: Progress | None = None) -> Verified:
    """Check the whole eval set of a workspace; see :func:`regrade.evalset.verify.check.verify`. Opens nothing, writes nothing."""

    def more(found: Survey, state: State | None) -> None:
        _check_contents(found)
        check_privacy(found, state, config.privacy)

    return verify_files(paths.evalset, paths.root, task_kind=config.task.kind, base=base, progress=progress, more=more)


def _check_contents(found: Survey) -> None:
    """Note schemas that cannot be read or are not what their hash says, and inputs that do not fit theirs."""
    if not found.schemas:
        return
    from regrade.log.schema import Schema

    by_schema: dict[str, list[Placed]] = {}
    for placed in found.contents:
        hash, inputs = placed.value.get("schema"), placed.value.get("inputs")
        if isinstance(hash, str) and isinstance(inputs, dict):  # said already where it is none
            by_schema.setdefault(hash, []).append(placed)
    for hash, (encoded, where) in found.schemas.items():
        try:
            schema = Schema.decode(encoded)
        except DataError as error:
            found.findings.problem("schema", where, error.what, "restore the file: without it nothing can be scored")
            continue
        if schema.hash != hash:
            what = f"is a schema whose hash is {schema.hash[:12]}…, not {hash[:12]}…"
            found.findings.problem("schema", where, what, "`git log -- FILE` says who changed it: restore the file")
            continue
        contents = by_schema.get(hash, [])
        for at in range(0, len(contents), _BATCH):
            for placed, why in _misfits(contents[at : at + _BATCH], schema):
                column = f"column {why.where!r}: " if why.where and not why.where.startswith("row ") else ""
                what = f"inputs of {placed.key!r} do not fit their schema: {column}{why.what}"
                found.findings.problem("inputs", placed.where, what, "regrade writes no such inputs; `git log` says who changed the file")


def _misfits(contents: Sequence[Placed], schema: Schema) -> Iterator[tuple[Placed, DataError]]:
    """Yield each content whose inputs ``schema`` cannot hold, and why: halves are tried, so that good ones cost little."""
    from regrade.log.schema import decode_rows, encode_table

    rows: list[dict[str, Any]] = [placed.value["inputs"] for placed in contents]
    try:
        written = encode_table(decode_rows(rows, schema))
        if _bytes(written) != _bytes(rows):  # 1.0 of a whole number is read as 1, but hashed as 1.0
            name = next(
                (each for row, right in zip(rows, written, strict=True) for each in row if _bytes(row[each]) != _bytes(right[each])),
                "",
            )
            raise DataError(f"is {rows[0][name]!r}, where regrade writes {written[0][name]!r}", where=name)
    except DataError as error:
        if len(contents) == 1:
            yield contents[0], error
            return
        middle = len(contents) // 2
        yield from _misfits(contents[:middle], schema)
        yield from _misfits(contents[middle:], schema)
