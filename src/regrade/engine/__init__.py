"""The child process behind the app: it scores, compares, and writes workspace.db, so that a keypress never waits."""

from regrade.engine.client import EngineClient

__all__ = ["EngineClient"]
