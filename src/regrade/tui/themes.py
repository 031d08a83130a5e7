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
THEMES = (DARK, LIGHT)
