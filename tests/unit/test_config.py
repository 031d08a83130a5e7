"""regrade.toml: every mistake names its line and what was meant."""

from __future__ import annotations

import pytest

from regrade.config import parse
from regrade.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("x = 1", "regrade.toml:1: x", "unknown key 'x'"),
        ("[gate]\n\nmargn = 3", "regrade.toml:3: gate.margn", "'margin'"),
        ("[gate]  # how it is judged\nmargn = 3", "regrade.toml:2: gate.margn", "'margin'"),
        ("[gate]\nmargin = 'wide'", "regrade.toml:2: gate.margin", "expected `float`, got `str`"),
        ("[gate]\nmargin = -1.0", "regrade.toml:2: gate.margin", "not negative"),
        ('[task]\nkind = "guess"', "regrade.toml:2: task.kind", "guess"),
        ("[candidates.a]\n", "regrade.toml:1: candidates.a", "exactly one of"),
        ('[candidates.logged]\nmodel = "x.skops"', "regrade.toml:1: candidates.logged", "built in"),
        ('[candidates.a]\npython = "rules"', "regrade.toml:2: candidates.a.python", "module:function"),
        ('[candidates.a]\nmodel = "m.skops"\n[gate]\nchampion = "b"', "regrade.toml:4: gate.champion", "there are: a, logged"),
        ("[gate.slices.evening]\nmargin = 0.1", "regrade.toml:1: gate.slices.evening", "no slice 'evening'"),
        ("[task\n", "regrade.toml", "no TOML"),
        ('[scorers.number]\nkind = "number"', "regrade.toml:2: scorers.number.kind", "did you mean 'numeric'?"),
        ('[gate]\npinned = "x"', "regrade.toml:2: gate.pinned", "there are: never-regress, report"),
    ],
)
def test_mistakes(text: str, place: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.where == place
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


def test_every_key_has_a_default() -> None:
    config = parse("")
    assert config.champion == "logged" and config.primary_metric == "accuracy" and config.candidate_names == ("logged",)


def test_the_first_candidate_is_the_champion_unless_one_is_named() -> None:
    two = '[candidates.a]\nmodel = "a.skops"\n[candidates.b]\nmodel = "b.skops"\n'
    assert parse(two).champion == "a"
    assert parse(two + '[gate]\nchampion = "b"').champion == "b"
