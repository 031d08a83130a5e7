"""What git has of an eval set, and whether it will keep it: missing, ignored, not committed, converted."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from regrade.errors import DataError
from regrade.evalset.journal import OPEN
from regrade.evalset.segments import SEGMENTS
from regrade.evalset.verify.base import decisions_of
from regrade.evalset.verify.folder import SEGMENT_NAME
from regrade.evalset.verify.survey import Survey
from regrade.git import ask, files_at, git

_NO_GIT = "not a git repository"


@dataclass
class Tracked:
    """Segments that git knows, by file as it is named to people, each with the id of its content."""

    top: str | None = None
    """Folder of the workspace below the top of the repository, with its final ``/``; ``None``: no git here."""
    trouble: str = ""
    """Why git does not answer, although there is one."""
    object_format: str = "sha1"
    shallow: bool = False
    index: dict[str, str] = field(default_factory=dict)
    head: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    """What a sparse checkout leaves out of the work tree."""


def tracked(folder: Path, root: Path) -> Tracked:
    """Return what git knows of the segments under ``folder``."""
    if (folder / ".git").exists():
        return Tracked(trouble=f"{folder.name} is a repository of its own (a submodule), which it must be asked about in there")
    try:
        asked = ask(root, "rev-parse", "--show-prefix", "--show-object-format", "--is-shallow-repository")
    except DataError as error:
        return Tracked(trouble="" if _NO_GIT in error.what or "cannot be started" in error.what else error.what)
    top, object_format, shallow = asked.decode("utf-8", "surrogateescape").split("\n")[:3]
    known = Tracked(top, "", object_format, shallow == "true")
    segments = f"{folder.relative_to(root).as_posix()}/{SEGMENTS}"
    for line in ask(root, "ls-files", "-s", "-t", "-z", "--", segments).decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, _, path = line.partition("\t")
        tag, _, known.index[path], _ = about.split()
        if tag == "S":
            known.left_out.add(path)
    if git(root, "rev-parse", "--verify", "-q", "HEAD^{commit}") is not None:
        known.head = {entry.path.removeprefix(top): entry.object for entry in files_at(root, "HEAD", top + segments)}
    return known


def check_tracked(found: Survey, known: Tracked) -> None:
    """Note what git has and the folder has not, what it has with other bytes, and what it will not keep as it is."""
    if known.trouble:
        found.findings.warning(
            "git", found.name(found.root) or ".", f"git does not answer: {known.trouble}", "what is missing cannot be known"
        )
    if known.top is None:
        return
    _check_missing(found, known)
    _check_bytes(found, known)
    _check_ignored(found)
    _check_attributes(found)
    found.counts["uncommitted"] = len(found.objects.keys() - known.head.keys())


def _check_missing(found: Survey, known: Tracked) -> None:
    gone = {name: object for name, object in (known.head | known.index).items() if SEGMENT_NAME.fullmatch(name.rpartition("/")[2])}
    gone = {name: object for name, object in gone.items() if name not in found.objects and not (found.root / name).is_symlink()}
    if left_out := gone.keys() & known.left_out:
        folder = f"{known.top}{found.name(found.folder)}"
        what = f"{len(left_out):,} segment{' is' if len(left_out) == 1 else 's are'} left out by this sparse checkout"
        hint = f"bring them: `git sparse-checkout add {shlex.quote(folder)}` (cone mode), or `git sparse-checkout disable`"
        found.findings.problem("missing", found.name(found.folder), what, hint)
    for name, past in decisions_of(found.root, {name: object for name, object in gone.items() if name not in left_out}).items():
        lost = [id for id, (line, _) in past.decisions.items() if found.lines.get(id) != line]
        command = f"git checkout {'' if name in known.index else 'HEAD '}-- {shlex.quote(name)}"
        if lost or not past.decisions:
            what = f"is missing, and with it {_count(len(lost))}" if past.readable else "is missing"
            found.findings.problem("missing", name, what, f"bring it back: `{command}`")
        else:
            what = f"is gone, but its {_count(len(past.decisions))} stand in other files"
            found.findings.warning("replaced", name, what, f"nothing is lost; `{command}` brings it back")


def _check_bytes(found: Survey, known: Tracked) -> None:
    for name, object in known.index.items():
        here = found.objects.get(name)
        if here is not None and here != object and name not in found.changed:
            found.findings.problem(
                "git-differs",
                name,
                "is right here, but git has other bytes of it: nobody else gets these decisions",
                f"keep `* -text` in evalset/.gitattributes, then `git add --renormalize -- {shlex.quote(name)}` and commit",
            )


def _check_ignored(found: Survey) -> None:
    """Note the rules that keep segments out of git; and that no rule keeps journals out."""
    folder, root = found.name(found.folder), found.root
    any_segment = f"{folder}/{SEGMENTS}/2000-01/{'0' * 64}.jsonl"
    listed = ask(root, "ls-files", "-o", "-i", "--exclude-standard", "-z", "--", f"{folder}/{SEGMENTS}")
    hidden = [name for name in listed.decode("utf-8", "surrogateescape").split("\0") if name in found.objects]
    by_rule: dict[str, int] = {}
    for name, rule in _ignored_by(root, [any_segment, *hidden]).items():
        by_rule[rule] = by_rule.get(rule, 0) + (name != any_segment)
    for rule, n in by_rule.items():
        where, _, pattern = rule.rpartition(":")
        whom = f"the {n:,} segment{'' if n == 1 else 's'} that this rule hides" if n else "what is decided here"
        what = f"git ignores segments ({pattern}): nobody else ever gets {whom}"
        found.findings.problem("ignored", where, what, f"take the rule out, or add `!{folder}/{SEGMENTS}/**` after it")
    if not _ignored_by(root, [f"{folder}/{OPEN}/0.jsonl"]):
        hint = f"put `{OPEN}/` into {folder}/.gitignore: a journal is committed as a segment, never while it is written"
        found.findings.warning("journals-in-git", f"{folder}/.gitignore", "git does not ignore the journals of live sessions", hint)
    for name in (git(root, "ls-files", "--", f"{folder}/{OPEN}") or "").splitlines():
        found.findings.warning(
            "journals-in-git", name, "is a file of live sessions, and in git", f"`git rm --cached -- {shlex.quote(name)}`"
        )


def _ignored_by(root: Path, names: list[str]) -> dict[str, str]:
    """Return the files that git ignores, each with the rule that makes it: ``file:line:pattern``."""
    rules = {}
    for at in range(0, len(names), 500):  # what fits a command line
        said = git(root, "-c", "core.quotePath=false", "check-ignore", "-v", "--", *names[at : at + 500]) or ""
        for line in said.splitlines():
            rule, _, name = line.partition("\t")
            rules[name] = rule
    return rules


def _check_attributes(found: Survey) -> None:
    folder = found.name(found.folder)
    asked = ("text", "filter", "ident", "working-tree-encoding")
    answer = ask(found.root, "check-attr", "-z", *asked, "--", f"{folder}/{SEGMENTS}/2000-01/{'0' * 64}.jsonl").split(b"\0")
    said = dict(zip(answer[1::3], answer[2::3], strict=False))
    where = f"{folder}/.gitattributes"
    if said.get(b"text") != b"unset":
        hint = f"put the line `* -text` into {where} and commit it"
        found.findings.warning(
            "attributes", where, "nothing keeps git from converting the line ends of segments: their hashes would change", hint
        )
    for name in asked[1:]:
        value = said.get(name.encode(), b"unspecified").decode("utf-8", "replace")
        if value not in ("unspecified", "unset"):
            what = f"git changes the bytes of segments ({name}={value})"
            found.findings.warning("attributes", where, what, f"put the line `* -{name}` into {where}")


def _count(n: int) -> str:
    return f"{n:,} decision{'' if n == 1 else 's'}"
