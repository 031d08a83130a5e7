"""Open an eval set again without reading its segments: a snapshot of what screens ask first."""
