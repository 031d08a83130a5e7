"""What `regrade doctor` looks at outside the workspace: Python and packages, the terminal, git, the disk."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from regrade.git import git

BROKEN, WARNING, FINE = "broken", "warning", "ok"
_GB = 10**9


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the doctor; the keys of `regrade doctor --json`."""

    group: str
    name: str
    status: str
    """``ok``, ``warning`` or ``broken``."""
    what: str
    hint: str = ""
    """What to do."""
    exit_code: int = 0
    """Of what is broken: 2 configuration and data, 3 candidates, 4 integrity."""
    seconds: float | None = None


def python() -> list[Check]:
    """Return interpreter and packages: what is missing, what is too old, which extras are here."""
    try:
        said = importlib.metadata.metadata("regrade")
        wanted = importlib.metadata.requires("regrade") or []
        version, extras = said["Version"], said.get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        return [_check("python", "packages", BROKEN, "regrade is not installed", "pip install regrade", 2)]
    needs: dict[str, list[str]] = {"": []}
    for requirement in wanted:
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", requirement)
        needs.setdefault(extra[1] if extra else "", []).append(requirement.partition(";")[0].strip())
    wrong = [fault for requirement in needs[""] if (fault := _fault(requirement))]
    told = f"{platform.python_implementation()} {platform.python_version()} · regrade {version} · {len(needs[''])} packages"
    if wrong:
        checks = [_check("python", "packages", BROKEN, f"{told}: {', '.join(wrong)}", "pip install --upgrade regrade", 2)]
    else:
        checks = [_check("python", "packages", FINE, told)]
    for extra in extras:
        missing = [fault for requirement in needs.get(extra, []) if (fault := _fault(requirement))]
        words = f"not here: {', '.join(missing)}; pip install 'regrade[{extra}]' where it is needed" if missing else "installed"
        checks.append(_check("python", f"extra {extra}", FINE, words))
    return checks


def _fault(requirement: str) -> str:
    """Return what is wrong with one requirement (``name>=1.2,<3``); empty where nothing is."""
    name = re.split(r"[<>=!~\[ ]", requirement, maxsplit=1)[0]
    try:
        installed = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name} is missing"
    for sign, bound in re.findall(r"(<|>=)\s*([0-9][0-9.]*)", requirement):
        have, need = _numbers(installed), _numbers(bound)
        if (have < need) if sign == ">=" else (have >= need):
            return f"{name} {installed} is not {sign}{bound}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version)[:3])


def terminal(environment: Mapping[str, str] = os.environ) -> list[Check]:
    """Return what the terminal can show, and whether it takes what is copied (OSC 52), as far as anybody can guess."""
    if not sys.stdout.isatty():
        return [_check("terminal", "terminal", FINE, "output goes to no terminal: plain text")]
    term, encoding = environment.get("TERM", ""), sys.stdout.encoding or ""
    columns, lines = shutil.get_terminal_size()
    told = f"{term or 'unknown'}, {columns} × {lines}, {colours(environment)}, {encoding}"
    if "utf" not in encoding.lower():
        check = _check("terminal", "text", WARNING, f"{told}: signs are drawn in ASCII", "export LANG=C.UTF-8")
    elif columns < 80 or lines < 24:
        check = _check("terminal", "text", WARNING, f"{told}: small", "the app wants 80 × 24")
    else:
        check = _check("terminal", "text", FINE, told)
    copies, why = osc_52(environment)
    return [check, _check("terminal", "copying", FINE if copies else WARNING, why, "" if copies else "select with the mouse instead")]


def colours(environment: Mapping[str, str]) -> str:
    """Return how many colours there are, in words."""
    if environment.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    if environment.get("TERM", "") in ("", "dumb"):
        return "no colours"
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return "16 million colours"
    return "256 colours" if "256" in environment.get("TERM", "") else "16 colours"


_COPY = ("kitty", "wezterm", "ghostty", "alacritty", "foot", "iterm", "vscode", "rio", "contour")
_NO_COPY = ("apple_terminal",)


def osc_52(environment: Mapping[str, str]) -> tuple[bool, str]:
    """Guess whether ``y`` reaches the clipboard: terminals do not say it."""
    name = (environment.get("TERM_PROGRAM") or environment.get("TERM", "")).lower()
    if environment.get("TMUX"):
        return True, "tmux hands copies on where it has `set -g set-clipboard on`"
    if environment.get("STY"):
        return False, "GNU screen hands no copies on (OSC 52)"
    if name in _NO_COPY:
        return False, f"{environment['TERM_PROGRAM']} takes no copies (OSC 52)"
    if any(each in name for each in _COPY) or environment.get("KITTY_WINDOW_ID") or environment.get("WT_SESSION"):
        return True, "copies reach the clipboard (OSC 52)"
    vte = environment.get("VTE_VERSION", "")
    if vte.isdecimal():
        return int(vte) >= 7600, f"VTE {vte}: copies reach the clipboard from 0.76 on (OSC 52)"
    return True, "copies are sent (OSC 52); whether this terminal takes them cannot be known"


def repository(root: Path) -> list[Check]:
    """Return what git makes of the workspace: a repository, its whole history, bytes as they are, caches left out."""
    version = git(root, "version")
    if version is None:
        return [_check("git", "git", WARNING, "there is no git here", "install it: the eval set is shared and reviewed through git")]
    name = version.removeprefix("git version ")
    if git(root, "rev-parse", "--is-inside-work-tree") != "true":
        return [_check("git", "repository", WARNING, f"{name} · this is no repository", "`git init` and commit: decisions belong in git")]
    checks = []
    if git(root, "rev-parse", "--is-shallow-repository") == "true":
        hint = "git fetch --unshallow; in CI: fetch-depth: 0"
        checks.append(_check("git", "repository", WARNING, f"{name} · a shallow clone: past versions cannot be found", hint))
    else:
        commit = git(root, "rev-parse", "--short", "HEAD")
        checks.append(_check("git", "repository", FINE, f"{name} · {f'at {commit}' if commit else 'no commit yet'}"))
    segment = f"evalset/segments/2000-01/{'0' * 64}.jsonl"
    if (root / "evalset").is_dir():
        said = git(root, "check-attr", "text", "--", segment) or ""
        if said.endswith(": unset"):
            checks.append(_check("git", "attributes", FINE, "evalset/.gitattributes keeps bytes as they are"))
        else:
            hint = "put the line `* -text` into evalset/.gitattributes and commit it"
            checks.append(_check("git", "attributes", WARNING, "nothing keeps git from converting line ends of segments", hint))
        if git(root, "check-ignore", "-q", "--no-index", "--", segment) is not None:
            hint = "`git check-ignore -v` says which rule: take it out"
            checks.append(_check("git", "ignored", BROKEN, "git ignores the segments of the eval set: nobody else gets them", hint, 4))
    if git(root, "check-ignore", "-q", "--", ".regrade/x") is None:
        checks.append(_check("git", "caches", WARNING, "git does not ignore .regrade/", "put the line `.regrade/` into .gitignore"))
    return checks


def disk(root: Path) -> list[Check]:
    """Return how much room there is."""
    free = shutil.disk_usage(root).free
    told = f"{free / _GB:,.1f} GB free"
    if free < 0.05 * _GB:
        return [_check("disk", "space", BROKEN, told, "make room: decisions and imports need it", 2)]
    return [_check("disk", "space", FINE if free >= _GB else WARNING, told, "" if free >= _GB else "make room soon")]


def _check(group: str, name: str, status: str, what: str, hint: str = "", exit_code: int = 0) -> Check:
    return Check(group=group, name=name, status=status, what=what, hint=hint, exit_code=exit_code)
