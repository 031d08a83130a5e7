"""What the Triage screen lets go of when a service could not do what was asked: keys must not wait for what never comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.tui.screens.status_lines import no_estimate
from regrade.tui.services.lane import Failed
from regrade.tui.services.log_messages import ViewFailed

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


def failed(triage: TriageScreen, message: Failed) -> None:
    """Stop waiting for it, and say what is wrong."""
    if message.lane in ("open", "results", "decided"):
        triage.jumping.give_up()
    match message.lane:
        case "open":
            triage.in_focus.clear(message.text)
        case "view":
            looking = triage.looking
            triage.reading.hear(ViewFailed(triage.services.log.generation, looking.asked_for, message.text))
        case "decision":
            triage.settling.give_up()
            triage.lower_rule.note(no_estimate(triage.board or {}))
            if not triage.read_decisions:
                triage.read_decisions = True  # there are none that could be read
                triage.services.log.locate_decided()
                triage.deciding.read()
        case "filters":
            triage.viewing.give_up()
        case "values":
            triage.filter_bar.field.go_on(act=False)
        case "facets":
            triage.faceting.troubled(message.text)
            return
    triage.complain(message)
