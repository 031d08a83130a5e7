"""What changed between two moments of an eval set: commits, versions, dates, now."""
