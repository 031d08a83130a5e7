"""The prediction log: big, read-only, made by machines; DuckDB over Parquet. Names load when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.log.content import Content as Content
    from regrade.log.content import canonical as canonical
    from regrade.log.content import content_hash as content_hash
    from regrade.log.decided import Changed as Changed
    from regrade.log.decided import Decided as Decided
    from regrade.log.decided import Source as Source
    from regrade.log.evaluate import evaluate as evaluate
    from regrade.log.facets import Facet as Facet
    from regrade.log.facets import Facets as Facets
    from regrade.log.hidden import Hidden as Hidden
    from regrade.log.hidden import hide_contents as hide_contents
    from regrade.log.ingest import Added as Added
    from regrade.log.ingest import add as add
    from regrade.log.prediction_log import PredictionLog as PredictionLog
    from regrade.log.privacy import hide_schema as hide_schema
    from regrade.log.privacy import hide_table as hide_table
    from regrade.log.privacy import in_clear as in_clear
    from regrade.log.reader import Counts as Counts
    from regrade.log.reader import Reader as Reader
    from regrade.log.reader import View as View
    from regrade.log.roles import Column as Column
    from regrade.log.schema import Schema as Schema
    from regrade.log.schema import decode_rows as decode_rows
    from regrade.log.schema import encode_table as encode_table
    from regrade.log.sniffer import Sniffed as Sniffed
    from regrade.log.sniffer import sniff as sniff

_HOME = {
    **dict.fromkeys(("Content", "canonical", "content_hash"), "content"),
    **dict.fromkeys(("Changed", "Decided", "Source"), "decided"),
    "evaluate": "evaluate",
    **dict.fromkeys(("Facet", "Facets"), "facets"),
    **dict.fromkeys(("Hidden", "hide_contents"), "hidden"),
    **dict.fromkeys(("Added", "add"), "ingest"),
    "PredictionLog": "prediction_log",
    **dict.fromkeys(("hide_schema", "hide_table", "in_clear"), "privacy"),
    **dict.fromkeys(("Counts", "Reader", "View"), "reader"),
    "Column": "roles",
    **dict.fromkeys(("Schema", "decode_rows", "encode_table"), "schema"),
    **dict.fromkeys(("Sniffed", "sniff"), "sniffer"),
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
