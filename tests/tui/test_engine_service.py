"""What the engine says: scores that are stopped, answers from before a decision, how far the champion reproduces the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.tui.services.engine_messages import AnswersReady, BoardReady, EngineSaid
from regrade.tui.services.engine_service import EngineService
from tests.tui.harness import FakeEngine, running


@pytest.fixture
def service(tmp_path: Path) -> EngineService:
    def mute(root: Path, hear) -> FakeEngine:
        engine = FakeEngine(root, hear)
        engine.mute = True
        return engine

    made = EngineService(tmp_path, lambda message: None, mute)
    made.start()
    return made


def test_answers_from_before_a_decision_are_dropped_and_asked_again(service: EngineService) -> None:
    engine = FakeEngine.made[-1]
    service.ask("a", {}, {})
    service.score()
    asked = len(engine.asked)
    assert service.handle({"id": 2, "ok": True, "result": engine.answers("a")}) is None
    assert service.known_answers("a") is None
    assert engine.asked[asked:] == [("answers", {"key": "a", "content": {}, "schemas": {}})]
    assert isinstance(service.handle({"id": asked + 1, "ok": True, "result": engine.answers("a")}), AnswersReady)
    assert service.known_answers("a") is not None


def test_scoring_is_stopped_by_its_number_once_and_what_comes_is_kept(service: EngineService) -> None:
    engine = FakeEngine.made[-1]
    service.score()  # asked for once more
    assert service.stop_scoring()
    assert not service.stop_scoring()
    assert engine.asked[-1] == ("cancel", {"of": 1})
    told = service.handle({"id": 1, "ok": True, "result": engine.board()})
    assert isinstance(told, BoardReady) and told.stopped
    assert engine.count("scoreboard") == 1
    assert not service.stop_scoring()


def test_a_scoreboard_that_is_lost_with_the_engine_is_asked_for_once_more(service: EngineService) -> None:
    engine = FakeEngine.made[-1]

    def lost() -> dict[str, object]:
        return {"id": len(engine.asked), "ok": False, "error": {"what": "the engine ended (signal 9)", "lost": True}}

    assert isinstance(service.handle(lost()), EngineSaid)
    assert engine.count("scoreboard") == 2 and service.scoring
    service.handle(lost())
    assert engine.count("scoreboard") == 2 and not service.scoring, "what ends it may be what it was asked"
    service.score()
    service.handle({"id": len(engine.asked), "ok": True, "result": engine.board()})
    service.score()
    service.handle(lost())
    assert engine.count("scoreboard") == 5


async def test_esc_stops_scoring_and_the_part_is_marked(workspace: Path) -> None:
    async with running(workspace) as app:
        app.engine.mute = True
        await app.press("r")
        app.engine.hear({"event": "progress", "op": "score", "candidate": "better", "done": 12, "total": 300})
        await app.settle()
        assert "12 / 300" in app.screen_text()
        await app.press("escape")
        op, cancelled = app.engine.asked[-1]
        number = cancelled["of"]
        assert op == "cancel" and app.engine.asked[number - 1][0] == "scoreboard"
        app.engine.hear({"id": number, "ok": True, "result": app.engine.board()})
        await app.settle()
        assert "scoring was stopped" in app.screen_text()
        app.engine.mute = False
        await app.press("r")
        assert "scoring was stopped" not in app.screen_text()


async def test_a_champion_that_does_not_reproduce_the_log_is_said_until_the_next_check(workspace: Path) -> None:
    event = {"event": "replay", "candidate": "logged", "n": 1000, "same": 400, "rate": 0.4, "warning": "logged reproduces only 40.0%"}
    async with running(workspace, (160, 36)) as app:
        app.engine.hear(event)
        await app.settle()
        assert len(app.app._notifications) == 1
        app.triage.say("")
        assert "⚠ logged reproduces only 40.0%" in app.screen_text()
        app.engine.hear({**event, "rate": 1.0, "warning": ""})
        await app.settle()
        assert "only 40.0%" not in app.triage.lower_rule.render_line(0).text
        assert "logged reproduces 100.0% of 1,000" in app.screen_text()
