"""All services of the app, begun and ended together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from regrade.config import Config
from regrade.paths import Paths
from regrade.tui.services.decision_service import DecisionService
from regrade.tui.services.engine_service import Client, EngineService
from regrade.tui.services.find_service import FindService
from regrade.tui.services.lane import Post
from regrade.tui.services.log_service import LogService
from regrade.tui.support import Support

EngineFactory = Callable[[Path, Callable[[dict[str, Any]], None]], Client]


class Services:
    """The log, the decisions and the engine of one workspace.

    Parameters
    ----------
    post : callable
        Takes every message of the services, from any thread.
    """

    def __init__(self, paths: Paths, config: Config, post: Post, support: Support, engine: EngineFactory | None = None) -> None:
        self.paths, self.config, self.support = paths, config, support
        self.log = LogService(paths, config, post, support, lambda: self.decisions.decided())
        self.decisions = DecisionService(paths, config, post, support, self.log)
        self.find = FindService(paths, config, post, support, self.log, lambda: self.decisions.decided())
        self.engine = EngineService(paths.root, post, engine)

    def begin(self, *, rows_first: bool = False) -> None:
        """Read decisions and log, each in its thread; the engine is started once rows are on screen.

        With ``rows_first`` decisions wait for the first rows, which are not to be filtered by them.
        """
        self.log.open()
        self.decisions.open(after=self.log.looked if rows_first else None)
        self.find.begin()

    def close(self) -> None:
        """Finish what was decided, let go of the log; the engine is ended by itself."""
        self.log.end()
        self.find.end()
        self.decisions.close()
        self.find.close()
        self.log.close()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way in a thread."""
        return self.log.idle and self.decisions.idle and self.find.idle
