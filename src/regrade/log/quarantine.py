"""Bad lines of an import, kept aside as they are: appended to a file that is as it was before where the import fails after all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from regrade.errors import DataError
from regrade.log.readers.base import Source


@contextmanager
def quarantined(sources: Sequence[Source], path: Path | None) -> Iterator[int]:
    """Append the bad lines of all files to ``path``; yields how many. They are taken back where the block inside fails.

    Raises
    ------
    DataError
        ``path`` cannot be written.
    """
    lines = [reject.text + "\n" for source in sources for reject in sorted(source.rejects, key=lambda each: each.line)]
    if not lines or path is None:
        yield len(lines)
        return
    before = path.stat().st_size if path.is_file() else None
    try:
        try:
            with path.open("a", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.writelines(lines)
        except OSError as error:
            raise DataError(f"cannot be written: {error.strerror}", where=str(path)) from None
        yield len(lines)
    except BaseException:
        _restore(path, before)
        raise


def _restore(path: Path, size: int | None) -> None:
    if not path.is_file():
        return
    if size is None:
        path.unlink()
    elif path.stat().st_size > size:
        with path.open("r+b") as file:
            file.truncate(size)
