"""Examples for tests of screens that show the eval set: promoted without a log, so that making one takes no time."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from regrade.evalset import EvalSet
from regrade.log import Content
from regrade.log.schema import Schema

SCHEMA = Schema.of(pa.schema([("carrier", pa.string()), ("seen", pa.timestamp("us"))]), {"carrier": False, "seen": False})
SCHEMAS = {SCHEMA.hash: SCHEMA.encoded}


def content(day: str = "2013-07-01", carrier: str = "EV", outcome: str | None = "late") -> Content:
    """Return what production was asked on a day, and answered wrongly unless ``outcome`` says otherwise."""
    inputs = {"carrier": carrier, "seen": 1_372_636_800_000_000}
    scores = {"late": 0.2, "on_time": 0.8}
    return Content(
        inputs=inputs, schema=SCHEMA.hash, outcome=outcome, prediction="on_time", scores=scores, time=f"{day}T12:00:00", model="hgb 1"
    )


def promoted(evalset: EvalSet, days: Mapping[str, str]) -> None:
    """Promote these keys as failures, each of its day."""
    evalset.promote([(key, content(day)) for key, day in days.items()], origin="failure", schemas=SCHEMAS)
