"""The support log: what went wrong and where in the code, without a value of anybody's data."""

from __future__ import annotations

import datetime
import platform
import sys
import traceback
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from regrade import __version__

_MOST_BYTES = 200_000
_OURS = Path(__file__).parents[2]
_MATTER = ("textual", "rich", "duckdb", "pyarrow", "numpy")
"""Libraries whose version is noted, where they are loaded."""


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
        """Write down the kind of error, the places in the code and the versions.

        Neither its text nor a local variable, which may hold data, nor the name of a file that is not a library's.
        """
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        lines = [f"{now} regrade {__version__}: {type(error).__name__} in {where}", f"    {_versions()}"]
        for cause in _chain(error):
            if cause is not error:
                lines.append(f"    because of {type(cause).__name__}")
            lines += [f"    {_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "a" if self.path.exists() and self.path.stat().st_size < _MOST_BYTES else "w"
            with self.path.open(mode, encoding="utf-8") as file:
                file.write("\n".join([*lines, ""]))
        except OSError:
            return  # a folder that cannot be written to must not hide the error that is being noted


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what it came from, a few steps back."""
    found: BaseException | None = error
    for _ in range(4):
        if found is None:
            return
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _place(filename: str) -> str:
    """Return a file of ours or of a library, with its package; of anybody else's no name."""
    path = Path(filename)
    if path.is_relative_to(_OURS):
        return path.relative_to(_OURS).as_posix()
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    if path.is_relative_to(sys.base_prefix):
        return path.name
    return "(a file of the workspace)"


def _versions() -> str:
    loaded = [name for name in _MATTER if name in sys.modules]
    found = [f"{name} {_version(name)}" for name in loaded]
    return ", ".join([f"Python {platform.python_version()}", f"{platform.system()} {platform.machine()}", *found])


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "?"
