"""Keep up with what others write to the eval set while it is open: read it when it changed, and say an error once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from regrade.errors import RegradeError
from regrade.tui.services.arrivals import Arrivals
from regrade.tui.services.watch import Watch

if TYPE_CHECKING:
    from regrade.evalset import EvalSet

Read = TypeVar("Read")
READABLE_AGAIN = "the eval set can be read again"


class Following:
    """What others do to an eval set; used from one thread.

    An error is looked at twice before it is said: git may be in the middle of writing a file. After it everything is read
    anew as soon as the folder changes, so that nothing has to be restarted once the file was put right.

    Parameters
    ----------
    folder : Path
        ``evalset``.
    """

    def __init__(self, folder: Path) -> None:
        self._watch = Watch(folder)
        self._arrivals: Arrivals | None = None
        self._trouble: str | None = None
        """What was said to be wrong; empty: something is, and nothing was said yet; None: nothing is."""

    @property
    def disputed(self) -> int:
        """Predictions on which people disagree."""
        return self._arrivals.disputed if self._arrivals else 0

    def begin(self) -> None:
        """Remember what the folder looks like before it is read: what changes after that is noticed."""
        self._watch.look(closely=True)

    def opened(self, evalset: EvalSet) -> None:
        """Begin with what is known now."""
        self._arrivals, self._trouble = Arrivals(evalset.state), None

    def failed(self, error: RegradeError) -> None:
        """Hear that it could not be opened, which was said."""
        self._trouble = str(error)

    def came(self, evalset: EvalSet, own: tuple[str, ...] = ()) -> str:
        """Return what to say of what came in from others, besides the decisions ``own``."""
        return self._arrivals.look(evalset.state, own) if self._arrivals else ""

    def read(self, evalset: EvalSet, *, anew: bool = False) -> tuple[bool, str]:
        """Read what is new; return whether anything is, and what to say of it. Raises as :meth:`EvalSet.refresh` does."""
        changed = evalset.refresh(anew=anew or self._trouble is not None)
        told, self._trouble = self._trouble, None
        said = self.came(evalset)
        return changed, "; ".join(part for part in (READABLE_AGAIN if told else "", said) if part)

    def look(self, read: Callable[[bool], Read]) -> Read | None:
        """Return what ``read`` does where the folder changed, told whether everything must be read anew; else None.

        Raises
        ------
        IntegrityError, DataError
            As ``read`` did twice in a row; the same error is raised once.
        """
        what = self._watch.look(closely=self._trouble is not None)
        if not what and self._trouble != "":
            return None
        before = self._trouble
        try:
            return read(what == "edited")
        except RegradeError as error:
            self._trouble = before
            if before is None:
                self._trouble = ""
            elif str(error) != before:
                self._trouble = str(error)
                raise
        return None
