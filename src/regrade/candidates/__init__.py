"""Candidates: whatever answers, each in a process of its own, asked through one pool."""

from regrade.candidates.at import split
from regrade.candidates.at_ref_pool import RefPool
from regrade.candidates.fingerprint import Fingerprint
from regrade.candidates.outputs import Outputs
from regrade.candidates.pool import Pool
from regrade.candidates.trust import is_trusted, trust
from regrade.log.results import label_text

__all__ = ["Fingerprint", "Outputs", "Pool", "RefPool", "is_trusted", "label_text", "split", "trust"]
