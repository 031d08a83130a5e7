"""`regrade evalset verify`: what evalset/ checks by itself, and what needs Arrow and the configuration: schemas, inputs, privacy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from regrade.config import Config
from regrade.errors import DataError
from regrade.evalset.verify.check import Verified
from regrade.evalset.verify.check import verify as verify_files
from regrade.evalset.verify.survey import Placed, Progress, Survey
from regrade.paths import Paths

if TYPE_CHECKING:
    from regrade.log.schema import Schema

_BATCH = 2_000
"""Contents that are decoded at once."""


def verify(paths: Paths, config: Config, *, base: str | None = None, progress: Progress | None = None) -> Verified:
    """Check the whole eval set of a workspace; see :func:`regrade.evalset.verify.check.verify`. Opens nothing, writes nothing."""

    def more(found: Survey) -> None:
        _check_contents(found)
        _check_privacy(found, config)

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
    from regrade.log.schema import decode_rows

    rows: list[dict[str, Any]] = [placed.value["inputs"] for placed in contents]
    try:
        decode_rows(rows, schema)
    except DataError as error:
        if len(contents) == 1:
            yield contents[0], error
            return
        middle = len(contents) // 2
        yield from _misfits(contents[:middle], schema)
        yield from _misfits(contents[middle:], schema)


def _check_privacy(found: Survey, config: Config) -> None:
    """Note contents that hold a column which ``[privacy]`` drops or hashes, as it was."""
    from regrade.log.privacy import in_clear

    for key, content, where in found.contents:
        inputs = content.get("inputs")
        for column in in_clear(inputs, config.privacy) if isinstance(inputs, dict) else ():
            what = f"holds {column!r} of {key!r} in clear, which [privacy] in regrade.toml hides"
            hint = "`regrade evalset backfill` writes it anew; what was pushed stays in git's history: rewrite it there, if it must go"
            found.findings.warning("privacy", where, what, hint)
