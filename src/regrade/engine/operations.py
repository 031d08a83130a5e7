"""What the engine can be asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from regrade.compare import scoreboard
from regrade.engine.chores import Chores
from regrade.errors import ConfigError, UsageError
from regrade.log import Content
from regrade.paths import CONFIG_NAME
from regrade.scoring import Scored
from regrade.scoring.answers import answers
from regrade.scoring.by_mode import by_mode
from regrade.scoring.foreseeing import Foreseeing
from regrade.scoring.trouble import trouble
from regrade.scoring.watching import Standing, Watcher
from regrade.workspace import Workspace
from regrade.workspace.judge import score

Message = dict[str, Any]

_PATIENCE = 0.1
"""Seconds that an answer about one row waits for a candidate that is being scored."""
_AHEAD = 0.5
"""Seconds that a model may keep others waiting with what nobody has asked for: one that hangs then is ended."""


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
    waited : callable, optional
        Returns for how many seconds a request has been waiting: chores give way to it.
    """

    def __init__(self, root: Path, send: Callable[[Message], None], waited: Callable[[], float] = lambda: 0.0) -> None:
        self._root = root
        self._send = send
        self._workspace: Workspace | None = None
        self._config_stamp: tuple[int, int] = (0, 0)
        self._waited = waited
        self._chores = Chores(send, waited)
        self._opening = threading.RLock()
        """Held while a workspace is opened or closed, and while answers are asked for, which happens in a thread of its own."""
        self._working = threading.Lock()
        """Held while something else than answers is asked for: what that rests on is not to be closed under it."""
        self._scored: Scored | None = None
        self._before: Scored | None = None
        self._followed = True
        """Do the chores know of what was scored last?"""
        self._foreseeing = Foreseeing()

    def run(self, request: Message, cancelled: Callable[[], bool]) -> Any:
        """Carry out one request and return its result, ready for JSON."""
        known: dict[str, Callable[[Message, Callable[[], bool]], Message]] = {
            "scoreboard": self._scoreboard,
            "answers": self._answers,
            "compare": self._compare,
            "kept_runs": self._kept_runs,
            "modes": self._modes,
            "look": self._look,
        }
        operation = known.get(request["op"])
        if operation is None:
            raise UsageError(f"the engine has no operation {request['op']!r}")
        if request["op"] == "answers":
            return operation(request, cancelled)
        with self._working:
            return operation(request, cancelled)

    def foresee(self, request: Message) -> None:
        """Hear what will probably be promoted next; see :meth:`look_ahead`."""
        examples = msgspec.convert(request["examples"], list[tuple[str, Content]])
        self._foreseeing.take(examples, request["schemas"])

    def look_ahead(self, others: Callable[[], bool] = lambda: False) -> bool:
        """Ask one model about what will probably be promoted next, unless somebody waits; return whether there is more to ask.

        ``others``: does anybody wait whom this object does not know of.
        """
        with self._opening:
            workspace, until = self._workspace, time.monotonic() + _AHEAD

            def kept_back() -> bool:
                return time.monotonic() > until and (self._working.locked() or others())

            if workspace is None or not self._foreseeing.pending:
                return False
            if not self._working.locked() and not self._waited():
                self._foreseeing.step(workspace.config, workspace.pool, workspace.cache, kept_back)
        return self._foreseeing.pending

    @property
    def unrested(self) -> bool:
        """Is there something to do in a quiet moment."""
        return bool(self._chores.pending) or not self._followed

    def rest(self) -> None:
        """Do a piece of what nobody waits for: a request that comes now waits for that one only, or less."""
        if self._workspace is None:
            return
        with self._working:
            if not self._followed and self._scored is not None:
                self._followed, self._before = True, None
                self._chores.after_scoring(self._workspace, self._scored.whole())
            if self._chores.pending:
                self._chores.step()

    def keep(self) -> None:
        """Write the answers that wait for a quiet moment, from any thread, whatever else goes on."""
        workspace = self._workspace
        if workspace is not None:
            workspace.cache.flush()

    def close(self) -> None:
        """End the candidates and close the database."""
        with self._opening:
            if self._workspace is not None:
                self.keep()
                self._workspace.close()
                self._workspace = None

    def _current(self) -> Workspace:
        """Return the workspace with everybody's newest decisions and the configuration as it stands now."""
        try:
            stat = (self._root / CONFIG_NAME).stat()
        except OSError as error:
            raise ConfigError(f"cannot be read: {error.strerror}", where=CONFIG_NAME) from None
        stamp = (stat.st_mtime_ns, stat.st_size)
        with nullcontext() if stamp == self._config_stamp else self._opening:
            if self._workspace is None or stamp != self._config_stamp:
                self.close()
                self._workspace = Workspace.open(self._root, read_only=True)
                self._config_stamp = stamp
                self._chores = Chores(self._send, self._waited)
            else:
                self._workspace.evalset.refresh()
            return self._workspace

    def _scoreboard(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        workspace = self._current()
        shown = _Shown(self._send, lambda scored: self._board(workspace, scored))
        scored = score(workspace, None, None, cancelled, shown, keep=False)
        board = self._board(workspace, scored)
        # What was scored before is let go in a quiet moment: that takes a millisecond, and somebody waits for the scoreboard.
        self._before, self._scored, self._followed = self._scored, scored, False
        return board

    def _board(self, workspace: Workspace, scored: Scored) -> Message:
        """Return the scoreboard; candidates that were stopped say how far they came, and nothing else."""
        config, whole = workspace.config, scored.whole()
        rows: dict[str, Message] = {}
        for row in scoreboard(whole, config, replay=self._chores.replayed) if whole.runs else ():
            rows[row.name] = msgspec.to_builtins(row)
            if found := trouble(whole, row.name, workspace.pool, config):
                rows[row.name]["trouble"] = asdict(found)
            if agreed := whole.runs[row.name].agreement:
                rows[row.name]["agreement"] = {"repeats": whole.runs[row.name].repeats, **asdict(agreed)}
        for name, run in scored.runs.items():
            if run.unasked:
                total = len(scored.members) * run.repeats
                rows[name] = {"name": name, "champion": name == config.champion, "partial": {"done": total - run.unasked, "total": total}}
        return {
            "version": scored.version,
            "examples": len(scored.members),
            "sampled": int(scored.about["sampled"].sum()),
            "predicted": sum(run.predicted for run in scored.runs.values()),
            "primary": config.primary_metric,
            "metrics_missing": list(scored.troubles.values()),
            "rows": [rows[name] for name in scored.runs],
        }

    def _answers(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        content = msgspec.convert(request["content"], Content)
        with self._opening:
            workspace = self._standing()
            said = (workspace.evalset, workspace.config, workspace.pool, workspace.cache)
            given = answers(request["key"], content, request["schemas"], *said, cancelled, patience=_PATIENCE)
        return {"key": request["key"], "answers": given}

    def _standing(self) -> Workspace:
        """Return the workspace as it is now where nothing else is being asked, else as it is for what is being asked."""
        if self._working.acquire(blocking=False):
            try:
                return self._current()
            finally:
                self._working.release()
        return self._workspace or self._current()

    def _modes(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        """Return how each candidate did on each failure mode when it was scored last: nobody is asked anew."""
        scored = None if self._scored is None else self._scored.whole()
        return {"candidates": list(scored.outputs) if scored else [], "modes": by_mode(scored) if scored else {}}

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

    def _kept_runs(self, request: Message, cancelled: Callable[[], bool]) -> Message:
        from regrade.engine.versus import kept_runs

        return {"runs": kept_runs(self._current())}
