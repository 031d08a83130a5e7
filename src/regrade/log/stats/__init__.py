"""`log stats`: what an engineer wants to know of a log in the first minute."""

from __future__ import annotations

from regrade.log.stats.measure import log_stats as log_stats
from regrade.log.stats.result import ColumnStats as ColumnStats
from regrade.log.stats.result import Day as Day
from regrade.log.stats.result import Finding as Finding
from regrade.log.stats.result import LogStats as LogStats
from regrade.log.stats.result import Model as Model
