"""The data sets of `regrade demo`: what each is made of; nothing heavy is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.cli.demo_workspace.eval_set import Beginning

KINDS = ("flights", "tweets", "delays")


@dataclass(frozen=True)
class Kind:
    """One data set.

    Attributes
    ----------
    name : str
        What ``--data`` is given.
    toml : str
        The file of the sample data that becomes ``regrade.toml``.
    """

    name: str
    toml: str
    module: str

    def _module(self) -> Any:
        return import_module(f"regrade.cli.demo_workspace.{self.module}")

    def recipes(self) -> Sequence[Any]:
        """Return how each candidate is trained; each has a name."""
        found: Sequence[Any] = self._module().RECIPES
        return found

    def write_log(self, data: Path, folder: Path) -> None:
        """Write the log into ``folder``, out of the sample data."""
        self._module().write_log(data, folder)

    def trainer(self, data: Path) -> Callable[[Any], Any]:
        """Return a function from a recipe to the fitted pipeline; reads the training sample."""
        module = self._module()
        sample = module.read_sample(data)
        return lambda recipe: module.train(recipe, sample)

    def beginning(self) -> Beginning:
        """Return how the eval set begins."""
        from regrade.cli.demo_workspace import eval_set

        return eval_set.BEGINNINGS[self.name]


OF = {
    "flights": Kind("flights", "demo.toml", "training"),
    "tweets": Kind("tweets", "demo_tweets.toml", "tweets"),
    "delays": Kind("delays", "demo_delays.toml", "delays"),
}
