"""What can be decided on failure modes; each is one decision, which one undo takes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from regrade.safe_text import safe_text
from regrade.tui.services.outcome import Outcome

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Event
    from regrade.tui.services.decision_messages import Targets
    from regrade.tui.services.decision_service import DecisionService


class ModeVerbs:
    """Queues decisions at the decision service, the only hand that writes.

    Every verb takes ``targets``, of which the ticket matters, and the id of a mode.
    """

    def __init__(self, decisions: DecisionService) -> None:
        self._decisions = decisions

    def define(self, targets: Targets, name: str) -> None:
        """Define a mode; it gets the next free digit."""

        def work(evalset: EvalSet, keys: list[str]) -> Outcome:
            mode = evalset.define_mode(name)
            key = f", its key is {mode.digit}" if mode.digit else ""
            return Outcome("define", (), tuple(evalset.state.heads(mode.id, "name")), f"defined {_shown(mode.name)}{key}")

        self._decisions.carry_out(targets, work, keyless=True)

    def rename(self, targets: Targets, mode: str, name: str) -> None:
        """Give it another name."""
        self._carry_out("rename", targets, lambda evalset: evalset.rename_mode(mode, name), f"renamed {self._name(mode)} to {_shown(name)}")

    def describe(self, targets: Targets, mode: str, field: str, value: Any) -> None:
        """Say who looks after it, how urgent it is, what it means, or where it is followed up; None clears that."""
        said = f"{self._name(mode)}: {field} {'cleared' if value is None else _shown(f'P{value}' if field == 'priority' else value)}"
        self._carry_out("describe", targets, lambda evalset: evalset.describe_mode(mode, **{field: value}), said)

    def merge(self, targets: Targets, modes: Sequence[str], into: str) -> None:
        """Let modes read as another one."""
        said = f"merged {', '.join(map(self._name, modes))} into {self._name(into)}"
        self._carry_out("merge", targets, lambda evalset: evalset.merge_modes(modes, into), said)

    def close(self, targets: Targets, mode: str) -> None:
        """Say that it is dealt with."""
        self._carry_out("close", targets, lambda evalset: evalset.close_mode(mode), f"closed {self._name(mode)}")

    def reopen(self, targets: Targets, mode: str) -> None:
        """Open it again."""
        self._carry_out("reopen", targets, lambda evalset: evalset.reopen_mode(mode), f"reopened {self._name(mode)}")

    def set_digit(self, targets: Targets, mode: str, digit: int) -> None:
        """Give it another key."""
        self._carry_out("key", targets, lambda evalset: evalset.set_digit(mode, digit), f"{digit} labels with {self._name(mode)} now")

    def _carry_out(self, kind: str, targets: Targets, write: Any, said: str) -> None:
        def work(evalset: EvalSet, keys: list[str]) -> Outcome:
            event: Event = write(evalset)
            return Outcome(kind, (), (event.id,), said)

        self._decisions.carry_out(targets, work, keyless=True)

    def _name(self, mode: str) -> str:
        return _shown(self._decisions.decisions.mode_name(mode))


def _shown(value: object) -> str:
    return safe_text(value, 60)
