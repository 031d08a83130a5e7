"""Eval sets as files: out to CSV, JSON lines and Parquet, in from them, and new columns from the log."""
