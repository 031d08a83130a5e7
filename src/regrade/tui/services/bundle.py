"""All services of the app, begun and ended together."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from regrade.config import Config
from regrade.paths import Paths
from regrade.tui.services.ahead_service import AheadService
from regrade.tui.services.decision_service import DecisionService
from regrade.tui.services.engine_service import Client, EngineService
from regrade.tui.services.find_service import FindService
from regrade.tui.services.lane import Post
from regrade.tui.services.log_service import LogService
from regrade.tui.services.session import Session
from regrade.tui.services.survey_service import SurveyService
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.tui.services.example_service import ExampleService
    from regrade.tui.services.mode_service import ModeService

EngineFactory = Callable[[Path, Callable[[dict[str, Any]], None]], Client]


class OfPlace(Protocol):
    """A service that only one place needs: it begins with the place, and is told when the app ends."""

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""

    def close(self) -> None:
        """Let go."""


class Services:
    """The log, the decisions and the engine of one workspace.

    Parameters
    ----------
    post : callable
        Takes every message of the services, from any thread.
    """

    def __init__(self, paths: Paths, config: Config, post: Post, support: Support, engine: EngineFactory | None = None) -> None:
        self.paths, self.config, self.support, self._post = paths, config, support, post
        self._of_places: list[OfPlace] = []
        self.log = LogService(paths, config, post, support, lambda since: self.decisions.decided(since))
        self.decisions = DecisionService(paths, config, post, support, self.log)
        self.find = FindService(paths, config, post, support, self.log, lambda since: self.decisions.decided(since))
        self.survey = SurveyService(post, support, self.log, lambda since: self.decisions.decided(since))
        self.engine = EngineService(paths.root, post, engine)
        self.ahead = AheadService(post, support, self.log, self.engine)
        self.session = Session()

    def begin(self, *, rows_first: bool = False) -> None:
        """Read decisions and log, each in its thread; the engine is started once rows are on screen.

        With ``rows_first`` decisions wait for the first rows, which are not to be filtered by them.
        """
        self.log.open()
        self.decisions.open(after=self.log.looked if rows_first else None)
        self.find.begin()

    @cached_property
    def modes(self) -> ModeService:
        """What the Modes screen asks."""
        from regrade.tui.services.mode_service import ModeService

        service = ModeService(self.decisions, self.engine, self._post, self.support)
        self._of_places.append(service)
        return service

    @cached_property
    def examples(self) -> ExampleService:
        """What the Eval set screen asks."""
        from regrade.tui.services.example_service import ExampleService

        service = ExampleService(self.paths, self.config, self.decisions, self._post, self.support)
        self._of_places.append(service)
        return service

    def close(self) -> None:
        """Finish what was decided, let go of the log; the engine is ended by itself."""
        for service in self._of_places:
            service.close()
        self.log.end()
        self.find.end()
        self.survey.end()
        self.ahead.end()
        self.decisions.close()
        self.find.close()
        self.survey.close()
        self.ahead.close()
        self.log.close()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way in a thread."""
        if not all(service.idle for service in self._of_places):
            return False
        return self.log.idle and self.decisions.idle and self.find.idle and self.survey.idle and self.ahead.idle
