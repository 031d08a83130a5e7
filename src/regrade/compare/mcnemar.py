"""McNemar's exact test: do the two differ in what they get right?"""

from __future__ import annotations

from scipy.special import bdtr


def exact_p(fixed: int, broken: int) -> float:
    """Return the two-sided exact p: the binomial test of ``fixed`` against ``broken`` at one half; 1 where nothing flipped.

    McNemar 1947, Psychometrika 12:153–157; the exact form as in Fagerland, Lydersen and Laake 2013.
    """
    return min(1.0, 2 * float(bdtr(min(fixed, broken), fixed + broken, 0.5))) if fixed + broken else 1.0
