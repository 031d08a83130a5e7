"""What every candidate says of one prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from regrade.candidates import Pool, label_text
from regrade.config import Config
from regrade.errors import CandidateError, ConfigError
from regrade.log.content import Content, content_hash
from regrade.log.scorers import right_rule
from regrade.scoring.asking import ask
from regrade.scoring.judge import judge_all
from regrade.scoring.outputs import Output, OutputCache
from regrade.scoring.repeats import Repeated, as_one, repeat_hash

if TYPE_CHECKING:
    from regrade.evalset import EvalSet

BUSY = Output(None, None, "it is being scored: its answer comes when it is done")


def answers(
    key: str,
    content: Content,
    schemas: Mapping[str, str],
    evalset: EvalSet,
    config: Config,
    pool: Pool,
    cache: OutputCache,
    cancelled: Callable[[], bool] | None = None,
    *,
    patience: float | None = None,
) -> list[dict[str, Any]]:
    """Return one row a candidate: ``name``, ``prediction``, ``score``, ``right``, ``flip`` against the champion, ``error``.

    What it should have been is what somebody set, else the logged outcome. ``score`` is the probability of the positive
    class, or of the predicted one where none is positive. A candidate that is busy for more than ``patience`` seconds says so instead.
    """
    known = evalset.state.expected(key)
    if not known and content.outcome is not None:
        known = [content.outcome]
    expected = known[0] if len(known) == 1 else None
    rows, rule = [], right_rule(config)
    for name in config.candidate_names:
        with pool.held(name, patience) as free:
            repeats = range(pool.repeats(name) if free else 0)
            each = [_ask(name, key, content, schemas, config, pool, cache, cancelled, at) for at in repeats] or [BUSY]
        output, right = each[0], None
        if len(each) > 1:
            judged, _ = judge_all(config, expected, Repeated(tuple(each)), rule)
            output, right = as_one(Repeated(tuple(each)), judged.prediction, judged.error), judged.right
        row = {"name": name, "prediction": output.prediction, "score": _score(output, config), "flip": None, "error": output.error}
        row["right"] = rule(expected, output.prediction) if right is None else right
        rows.append(row)
    champion = next((row["right"] for row in rows if row["name"] == config.champion), None)
    for row in rows:
        if champion is not None and row["right"] is not None and row["right"] != champion:
            row["flip"] = "fixed" if row["right"] else "broken"
    return rows


def _ask(
    name: str,
    key: str,
    content: Content,
    schemas: Mapping[str, str],
    config: Config,
    pool: Pool,
    cache: OutputCache,
    cancelled: Callable[[], bool] | None,
    repeat: int,
) -> Output:
    try:
        if pool.by_key(name):
            given = pool.predict(name, [(key, content)], schemas)
            return Output(given.predictions[0], given.scores[0], given.errors[0])
        asked = repeat_hash(content_hash(config.task.kind, content), repeat)
        known = cache.get(pool.fingerprint(name).hash, [asked])
        if asked in known:
            return known[asked]
        given = ask(pool, cache, name, [(asked, key, content)], schemas, cancelled=cancelled)
        output = Output(given.predictions[0], given.scores[0], given.errors[0])
        by = given.fingerprint  # of the process that answered: its files may have been saved meanwhile
        if by is not None and not given.transient and pool.fingerprint(name).hash == by.hash:
            cache.put(by.hash, {asked: output}, lasting=by.lasting)
            cache.flush()
    except (CandidateError, ConfigError) as error:
        return Output(None, None, str(error))
    return output


def _score(output: Output, config: Config) -> float | None:
    if not output.scores:
        return None
    wanted = label_text(config.task.positive if config.task.positive is not None else output.prediction)
    return output.scores.get(wanted) if wanted is not None else None
