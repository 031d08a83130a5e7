"""The colours: one accent, and few others."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="regrade-dark",
    primary="#7ab7f5",
    accent="#7ab7f5",
    foreground="#c3cad3",
    background="#11151a",
    surface="#191f26",
    panel="#222a33",
    success="#86c794",
    warning="#d9b667",
    error="#ec8079",
    dark=True,
    variables={"muted": "#7c8794", "strong": "#eef2f6", "line": "#2e3843", "line-text": "#5a6673"},
)
LIGHT = Theme(
    name="regrade-light",
    primary="#1f5fa8",
    accent="#1f5fa8",
    foreground="#2b333c",
    background="#fbfbf9",
    surface="#f1f2ef",
    panel="#e6e8e5",
    success="#2a7a3f",
    warning="#8a6100",
    error="#b3322b",
    dark=False,
    variables={"muted": "#6c7680", "strong": "#0e1318", "line": "#d3d7d6", "line-text": "#97a0a6"},
)
CONTRAST = Theme(
    name="regrade-contrast",
    primary="#ffff00",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    success="#5fff5f",
    warning="#ffd75f",
    error="#ff8787",
    dark=True,
    variables={"muted": "#d0d0d0", "strong": "#ffffff", "line": "#bcbcbc", "line-text": "#bcbcbc"},
)
"""High contrast: every colour of text has 7:1 or more on its background (WCAG 2.2, 1.4.6)."""
THEMES = (DARK, LIGHT, CONTRAST)
_ANSI = {
    True: {"muted": "ansi_white", "strong": "ansi_bright_white", "line": "ansi_bright_black", "line-text": "ansi_white"},
    False: {"muted": "ansi_bright_black", "strong": "ansi_black", "line": "ansi_bright_black", "line-text": "ansi_bright_black"},
}
"""By whether the theme is dark: colours that the terminal itself defines."""


def own_colours(theme: Theme) -> dict[str, str]:
    """Return the colours of ours that a theme of somebody else does not name, to go with it."""
    if theme.ansi:
        return _ANSI[theme.dark]
    return dict((DARK if theme.dark else LIGHT).variables)
