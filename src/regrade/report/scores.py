"""Scores as the documented document of ``regrade score --json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regrade.scoring import metrics

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.scoring import Scored


def score_document(scored: Scored, config: Config) -> dict[str, Any]:
    """Return version, counts, and for each candidate its metrics, what it passed, and what the scoring cost."""
    candidates = []
    for name, outputs in scored.outputs.items():
        run = scored.runs[name]
        right = outputs["right"].fillna(False).astype(bool)
        passed = {
            part: {"passed": int(right[scored.examples[part]].sum()), "total": int(scored.examples[part].sum())} for part in ("known", "pinned")
        }
        candidates.append(
            {
                "name": name,
                "fingerprint": run.fingerprint,
                "metrics": metrics(scored, name, config),
                "metrics_all": metrics(scored, name, config, sampled=False),
                "known": passed["known"],
                "pinned": passed["pinned"],
                "predicted": run.predicted,
                "cached": run.cached,
                "errors": run.errors,
                "error": run.error,
                "seconds": run.seconds,
                "cost": run.cost,
            }
        )
    return {
        "version": scored.version,
        "examples": len(scored.examples),
        "sampled": int(scored.examples["sampled"].sum()),
        "candidates": candidates,
    }
