"""What the engine can be asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from regrade.compare import scoreboard
from regrade.errors import ConfigError, UsageError
from regrade.log import Content
from regrade.paths import CONFIG_NAME
from regrade.scoring import Scored
from regrade.scoring.answers import answers
from regrade.scoring.by_mode import by_mode
from regrade.scoring.trouble import trouble
from regrade.scoring.watching import Standing, Watcher
from regrade.workspace import Workspace
from regrade.workspace.judge import project, score
from regrade.workspace.replaying import champion_replay, replay_warning, unclear_model, without_key

Message = dict[str, Any]


class _Shown(Watcher):
    """Tells the app how scoring gets on.

    Parameters
    ----------
    board : callable, optional
        Makes a scoreboard of candidates that are done.
    """

    def __init__(self, send: Callable[[Message], None], board: Callable[[Scored], Message] | None = None, op: str = "score") -> None:
        self._send, self._board, self._op = send, board, op

    def standing(self, standing: Standing) -> None:
        """Send how far a candidate is."""
        self._send({"event": "progress", "op": self._op, **asdict(standing)})

    def finished(self, scored: Scored) -> None:
        """Send the scoreboard of those that are done."""
        if self._board is not None and scored.runs:
            self._send({"event": "board", "result": self._board(scored)})


class Operations:
    """The workspace as the engine holds it, opened again when its configuration changes.

    Parameters
    ----------
    root : Path
        The workspace.
    send : callable
        Takes unsolicited messages: progress and notices.
    """

    def __init__(self, root: Path, send: Callable[[Message], None]) -> None:
        self._root = root
        self._send = send
        self._workspace: Workspace | None = None
        self._config_stamp: tuple[int, int] = (0, 0)
        self._chores: list[Callable[[Workspace], None]] = []
        self._settled = False
        self._replayed: dict[str, float] = {}
        self._scored: Scored | None = None

    def run(self, request: Message, cancelled: Callable[[], bool]) -> Any:
        """Carry out one request and return its result, ready for JSON."""
        known: dict[str, Callable[[Message, Callable[[], bool]], Message]] = {
            "scoreboard": self._scoreboard,
            "answers": self._answers,
            "compare": self._compare,
            "modes": self._modes,
            "look": self._look,
        }
        operation = known.get(request["op"])
        if operation is None:
            raise UsageError(f"the engine has no operation {request['op']!r}")
        return operation(request, cancelled)

    @property
    def unrested(self) -> bool:
        """Is there something to do in a quiet moment."""
        return bool(self._chores)

    def rest(self) -> None:
        """Do one thing that nobody waits for: a request that comes now waits for that one only."""
        if self._chores and self._workspace is not None:
            self._chores.pop(0)(self._workspace)

    def close(self) -> None:
        """End the candidates and close the database."""
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None

    def _current(self) -> Workspace:
        """Return the workspace with everybody's newest decisions and the configuration as it stands now."""
        try:
            stat = (self._root / CONFIG_NAME).stat()
        except OSError as error:
            raise ConfigError(f"cannot be read: {error.strerror}", where=CONFIG_NAME) from None
        stamp = (stat.st_mtime_ns, stat.st_size)
        if self._workspace is None or stamp != self._config_stamp:
            self.close()
            self._workspace = Workspace.open(self._root, read_only=True)
            self._config_stamp = stamp
            self._settled, self._replayed = False, {}
        else:
            self._workspace.evalset.refresh()
        return self._workspace

    def _scoreboard(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        workspace = self._current()
        scored = score(workspace, None, None, cancelled, _Shown(self._send, lambda scored: self._board(workspace, scored)))
        self._scored = scored
        self._chores = [lambda workspace: project(workspace, scored.whole())]
        if not self._settled:
            self._settled = True
            self._chores += [self._warm, self._replay]
        return self._board(workspace, scored)

    def _board(self, workspace: Workspace, scored: Scored) -> Message:
        """Return the scoreboard; candidates that were stopped say how far they came, and nothing else."""
        config, whole = workspace.config, scored.whole()
        rows: dict[str, Message] = {}
        for row in scoreboard(whole, config, replay=self._replayed) if whole.runs else ():
            rows[row.name] = msgspec.to_builtins(row)
            if found := trouble(whole, row.name, workspace.pool, config):
                rows[row.name]["trouble"] = asdict(found)
        for name, run in scored.runs.items():
            if run.unasked:
                total = len(scored.examples) * run.repeats
                rows[name] = {"name": name, "champion": name == config.champion, "partial": {"done": total - run.unasked, "total": total}}
        return {
            "version": scored.version,
            "examples": len(scored.examples),
            "sampled": int(scored.examples["sampled"].sum()),
            "primary": config.primary_metric,
            "rows": [rows[name] for name in scored.runs],
        }

    def _answers(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        workspace = self._current()
        content = msgspec.convert(request["content"], Content)
        given = answers(
            request["key"], content, request["schemas"], workspace.evalset, workspace.config, workspace.pool, workspace.cache, cancelled
        )
        return {"key": request["key"], "answers": given}

    def _modes(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        """Return how each candidate did on each failure mode when it was scored last: nobody is asked anew."""
        scored = None if self._scored is None else self._scored.whole()
        return {"candidates": list(scored.outputs) if scored else [], "modes": by_mode(scored) if scored else {}}

    def _warm(self, workspace: Workspace) -> None:
        """Load the candidates beside the requests: the first promotion should not wait for imports."""
        threading.Thread(target=workspace.pool.warm, daemon=True, name="warm").start()

    def _replay(self, workspace: Workspace) -> None:
        """Say how far the champion reproduces the log: a number to trust everything else by."""
        found, champion = champion_replay(workspace), workspace.config.champion
        if found is not None and found.rate is not None:
            self._replayed = {champion: found.rate}
            warning = replay_warning(champion, found)
            self._send({"event": "replay", "candidate": champion, "n": found.n, "same": found.same, "rate": found.rate, "warning": warning})
        elif why := without_key(workspace) or unclear_model(workspace):
            self._send({"event": "notice", "what": why})

    def _look(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        """Return how each candidate did on each slice when it was scored last: nobody is asked anew."""
        from regrade.compare.looking import look

        if self._scored is None or not self._scored.whole().runs:
            raise UsageError("nothing is scored yet", hint="r in Triage scores every candidate")
        found: Message = msgspec.to_builtins(look(self._scored.whole(), self._current().config))
        return found

    def _compare(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        from regrade.engine.versus import versus  # which reports need as well

        return versus(self._current(), str(request["baseline"]), str(request["candidate"]), cancelled, _Shown(self._send, op="compare"))
