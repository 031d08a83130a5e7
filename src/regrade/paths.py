"""Where everything lives, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regrade.errors import UsageError

CONFIG_NAME = "regrade.toml"


@dataclass(frozen=True)
class Paths:
    """The files of one workspace.

    Attributes
    ----------
    root : Path
        The folder that holds ``regrade.toml``; absolute.
    """

    root: Path

    @property
    def config(self) -> Path:
        """What to do: committed."""
        return self.root / CONFIG_NAME

    @property
    def evalset(self) -> Path:
        """What people decided: committed."""
        return self.root / "evalset"

    @property
    def private(self) -> Path:
        """Everything that is this machine's alone; never committed."""
        return self.root / ".regrade"

    @property
    def log(self) -> Path:
        """Parquet segments that ``log add`` brought."""
        return self.private / "log"

    @property
    def cache(self) -> Path:
        """May be deleted at any time: costs time only."""
        return self.private / "cache"

    @property
    def database(self) -> Path:
        """The open projection of all that is known, and the output cache."""
        return self.cache / "workspace.db"

    @property
    def last_view(self) -> Path:
        """The rows that the app showed last: painted first next time."""
        return self.cache / "last_view.json"

    @property
    def first_frame(self) -> Path:
        """The same rows as they were drawn."""
        return self.cache / "first_frame.json"

    @property
    def filters(self) -> Path:
        """The filters that were used here, one a line, the last one last."""
        return self.private / "filters"

    @property
    def support_log(self) -> Path:
        """What went wrong, without data: for a report to support."""
        return self.private / "support.log"


def find_root(start: Path | None = None) -> Path:
    """Return the nearest folder, here or above, that holds ``regrade.toml``.

    Raises
    ------
    UsageError
        There is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    raise UsageError(
        f"no {CONFIG_NAME} here or above",
        where=str(start),
        hint="`regrade init YOUR_LOG` makes a workspace of your own, `regrade demo` one to look at",
    )


def user_config_file() -> Path:
    """Return the file of personal settings (keys, theme)."""
    from platformdirs import user_config_path

    return user_config_path("regrade") / "config.toml"


def user_views_file() -> Path:
    """Return the file of a person's own named views, of all workspaces."""
    from platformdirs import user_config_path

    return user_config_path("regrade") / "views.toml"


def trust_file() -> Path:
    """Return the file that remembers which code this user trusts."""
    from platformdirs import user_state_path

    return user_state_path("regrade") / "trusted.json"
