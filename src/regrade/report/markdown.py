"""Text from data in Markdown: no byte of it may format, link, mention, or leave its cell."""

from __future__ import annotations

import re

from regrade.safe_text import safe_text

_MARKED = re.compile(r"[\\`*_{}\[\]<>()#!|&~:$=@]")
_AUTOMATIC = re.compile(r"((?:[@#]|GH-|www\.)(?=\w)|[:/](?=/))", re.IGNORECASE)


def plain(text: object, limit: int = 300) -> str:
    """Return ``text`` as words of one line: what formats is written as an entity, a name after ``@`` is told to nobody."""
    safe = safe_text(text, limit)
    parts = _AUTOMATIC.split(safe)
    return "".join(_entities(part) + "<!-- -->" if at % 2 else _entities(part) for at, part in enumerate(parts))


def code(text: object, limit: int = 80) -> str:
    """Return ``text`` as code: GitHub and GitLab look for no mention or link in it; nothing for no text."""
    safe = safe_text(text, limit)
    return f"<code>{_entities(safe)}</code>" if safe.strip() else _entities(safe)


def _entities(text: str) -> str:
    return _MARKED.sub(lambda found: f"&#{ord(found[0])};", text)
