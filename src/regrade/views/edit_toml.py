"""Change a TOML file that people write: comments and formatting stay, a file is whole at any moment, nobody's edit is lost."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from regrade.alone import alone
from regrade.errors import ConfigError

Change = Callable[[Any], None]
"""Changes a document in place; may raise. tomlkit's document and plain dictionaries alike take it."""

_ATTEMPTS = 5


def edit(path: Path, change: Change, *, check: Callable[[str], object] = tomllib.loads, missing: str | None = None) -> None:
    """Change the file at ``path``.

    What is written must read as the old content with the same ``change`` made to it, or nothing is written. Where somebody else
    wrote the file meanwhile, the change is made to theirs.

    Parameters
    ----------
    change : callable
        Given the document as nested dictionaries; changes it.
    check : callable
        Given the new text; raises where it may not be written.
    missing : str, optional
        The text to begin with where there is no file; default: that is an error.

    Raises
    ------
    ConfigError
        The file cannot be read or written, is no TOML, or is written in a way that cannot be changed safely.
    """
    target = Path(os.path.realpath(path))
    with _alone(target):
        for _ in range(_ATTEMPTS):
            before = _read(target, path, missing)
            text = _changed((before if before is not None else (missing or "").encode()), change, path)
            check(text)
            if _replaced(target, before, text.encode("utf-8"), path):
                return
    raise ConfigError("somebody else keeps writing it", where=str(path), hint="try again")


def _read(target: Path, path: Path, missing: str | None) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        if missing is not None:
            return None
        raise ConfigError("there is no such file", where=str(path)) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=str(path)) from None


def _changed(data: bytes, change: Change, path: Path) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = data.decode("utf-8")
        wanted = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"is no TOML: {error}", where=str(path)) from None
    windows = "\r\n" in text
    text = text.replace("\r\n", "\n") if windows else text
    change(wanted)
    try:
        document = tomlkit.parse(text if not text or text.endswith("\n") else text + "\n")
        change(document)
        new = tomlkit.dumps(document)
        same = tomllib.loads(new) == wanted
    except (TOMLKitError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError):
        same, new = False, ""
    if not same:
        raise ConfigError("is written in a way that cannot be changed safely", where=str(path), hint="change it by hand")
    return new.replace("\n", "\r\n") if windows else new


def _replaced(target: Path, before: bytes | None, after: bytes, path: Path) -> bool:
    """Put the new content in place of the old, whole or not at all; False where somebody else wrote meanwhile."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if before is None:
            try:
                os.link(temporary, target)  # unlike a rename, it takes nobody's place
            except FileExistsError:
                return False
        else:
            temporary.chmod(target.stat().st_mode & 0o7777)
            if target.read_bytes() != before:
                return False
            temporary.replace(target)
        _sync_folder(target.parent)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", where=str(path)) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return True


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot; the rename is done all the same
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One regrade at a time; where there are no locks the content is compared before it is replaced."""
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(target.parent))
        except OSError as error:
            raise ConfigError(f"cannot be written: {error.strerror}", where=str(target)) from None
        yield
