"""The support log: what went wrong and where in the code, without a value of anybody's data."""

from __future__ import annotations

import datetime
import traceback
from pathlib import Path

from regrade import __version__

_MOST_BYTES = 200_000


class Support:
    """Notes errors that nobody foresaw.

    Parameters
    ----------
    path : Path
        The file; begun again when it grows past 200 kB.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, error: BaseException, where: str) -> None:
        """Write down the kind of error and the places in the code; neither its text nor a local variable, which may hold data."""
        frames = [f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        lines = [f"{now} regrade {__version__}: {type(error).__name__} in {where}", *frames, ""]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "a" if self.path.exists() and self.path.stat().st_size < _MOST_BYTES else "w"
            with self.path.open(mode, encoding="utf-8") as file:
                file.write("\n".join(lines))
        except OSError:
            return  # a folder that cannot be written to must not hide the error that is being noted
