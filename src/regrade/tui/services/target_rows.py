"""From what a decision is aimed at to keys and rows of the log, as it is open at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regrade.errors import UsageError
from regrade.tui.services.decision_messages import Targets
from regrade.tui.services.readers import Readers

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.log import Reader
    from regrade.tui.services.log_service import LogService
    from regrade.tui.services.promotion import Row


class TargetRows:
    """Looks targets up; used from one thread.

    Parameters
    ----------
    log : LogService
        Waited for where it is not open yet.
    """

    def __init__(self, log: LogService, config: Config) -> None:
        self._log, self._config = log, config
        self._readers = Readers(log)
        self._epoch = 0
        self._single: set[str] = set()
        """Keys that are known to occur once in this epoch's log."""

    def keys(self, targets: Targets) -> list[str]:
        """Return the keys; raises DataError on a key that occurs twice in the log.

        What was imported has unique keys. Files that are read in place are looked through for each key once: a decision on a key that
        two predictions share would be about either.
        """
        keys = list(targets.keys)
        if not keys:
            keys = [str(row[0]) for row in self.reader().cells(self.addresses(targets), ["key"])]
        if self._config.log.paths and self._log.opened.done() and self._log.opened.exception() is None:
            log = self._log.opened.result()
            if self._log.single is log:  # no key of this log is another prediction's
                log.files.check_unchanged()
                return keys
            if self._epoch != self._log.epoch:
                self._epoch, self._single = self._log.epoch, set()
            fresh = [key for key in keys if key not in self._single]
            if fresh:
                self.reader().find(fresh)
                self._single.update(fresh)
        return keys

    def seen(self, targets: Targets) -> list[Row]:
        """Return the prediction as it was read for the detail pane; nothing where it is another one: then it is to be read.

        Raises
        ------
        DataError
            The log's files are not what was read.
        """
        from regrade.tui.services.promotion import Row

        held, log = self._log.whole, self._log.opened.result()
        if held is None or held[0] is not log or len(targets.keys) != 1 or targets.addresses is None or targets.epoch != self._log.epoch:
            return []
        row = held[1]
        if row.content is None or (row.key, row.address) != (targets.keys[0], int(targets.addresses[0])):
            return []
        log.files.check_unchanged()
        return [Row(row.key, str(row.values["result"]), row.content)]

    def addresses(self, targets: Targets) -> Any:
        """Return the rows of the targets in the log as it is open now."""
        reader = self.reader()
        if targets.epoch == self._log.epoch and targets.addresses is not None:
            return targets.addresses
        if not targets.keys:
            raise UsageError("the log was read anew in the meantime", hint="mark the rows again")
        import numpy as np

        found = reader.find(targets.keys)
        missing = [key for key in targets.keys if key not in found]
        if missing:
            raise UsageError("is not in the log", where=missing[0])
        return np.array([found[key] for key in targets.keys], dtype=np.int64)

    def reader(self) -> Reader:
        """Return a reader of the log that is open now."""
        return self._readers.of("targets")

    def close(self) -> None:
        """Let go of the log."""
        self._readers.close()
