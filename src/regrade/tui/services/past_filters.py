"""The filters that were used in a workspace, for the next time: one a line, the last one last, each once."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from regrade.alone import alone
from regrade.config_privacy import Privacy, folded
from regrade.safe_text import safe_text

MOST = 200


def may_be_kept(text: str, privacy: Privacy) -> bool:
    """Return whether a filter may stand on the disk: it names no column that ``[privacy]`` declares, nor can one be seen in it."""
    said = folded(text).replace('""', '"')  # as a quoted name spells its quotes
    return not any(folded(name).replace('""', '"') in said for name in privacy.declared)


def load(path: Path) -> list[str]:
    """Return what was used before; nothing where that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
    return _last([line.strip() for line in lines])


def remember(path: Path, text: str, privacy: Privacy) -> list[str]:
    """Keep a filter behind those that the file has by now, and return all of them; without a disk they are only returned."""
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with alone(path.parent):  # another app may be keeping one
            kept = _last([*load(path), text])
            lines = [line for line in kept if may_be_kept(line, privacy)]
            temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            temporary.replace(path)
            return kept
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        return _last([*load(path), text])


def _last(lines: list[str]) -> list[str]:
    usable = [line for line in lines if line and len(line) <= 10_000 and safe_text(line, 10_000) == line]
    return list(dict.fromkeys(reversed(usable)))[:MOST][::-1]
