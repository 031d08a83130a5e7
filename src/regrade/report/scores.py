"""Scores as the JSON document that ``regrade score --json`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regrade.scoring.metrics import counts, judged, metrics

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.scoring import Replay, Scored


def score_document(scored: Scored, config: Config, replayed: Replay | None = None) -> dict[str, Any]:
    """Return version, counts, and for each candidate its metrics, what it passed, and what the scoring cost.

    A candidate that was stopped on the way has no result: it stands under ``stopped``, with how far it came.
    """
    stopped = [
        {"name": name, "answered": len(scored.examples) * run.repeats - run.unasked, "unasked": run.unasked}
        for name, run in scored.runs.items()
        if run.unasked
    ]
    scored = scored.whole()
    candidates = []
    for name in scored.outputs:
        run = scored.runs[name]
        candidates.append(
            {
                "name": name,
                "ref": run.at and run.at.ref,
                "commit": run.at and run.at.commit,
                "fingerprint": run.fingerprint,
                "metrics": metrics(scored, name, config),
                "metrics_all": metrics(scored, name, config, sampled=False),
                "judged": judged(scored, name),
                "repeats": run.repeats,
                "agreement": run.agreement and {"n": run.agreement.n, "all": run.agreement.all, "pairwise": run.agreement.pairwise},
                "known": counts(scored, name, "known"),
                "pinned": counts(scored, name, "pinned"),
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
        "stopped": stopped,
        "metrics_missing": list(scored.troubles.values()),
        "replay": replayed and {"candidate": config.champion, "n": replayed.n, "same": replayed.same, "rate": replayed.rate},
    }
