"""The person's own editor ($VISUAL or $EDITOR) on a text of the app: on a file of its own, which is gone afterwards."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path


def edited(text: str, suffix: str) -> tuple[str | None, str]:
    """Return what the editor saved, and what went wrong; None for the text where it saved nothing that could be read.

    The terminal must be the editor's meanwhile. The file can be read by nobody else; the line end that editors add at the end of a
    text is taken away again.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        words = shlex.split(command)
    except ValueError as error:
        return None, f"$EDITOR is no command: {error}"
    if not words:
        return None, "no editor is set: $EDITOR or $VISUAL names one"
    with tempfile.TemporaryDirectory(prefix="regrade-") as folder:  # mode 0700
        path = Path(folder) / f"expected{suffix}"
        try:
            path.write_bytes(text.encode("utf-8"))
            code = subprocess.run([*words, str(path)], check=False).returncode
            found = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeError) as error:
            return None, f"{words[0]}: {error}"
    if code:
        return None, f"{words[0]} ended with {code}: the text is as it was"
    return found if text.endswith("\n") else found.removesuffix("\n"), ""
