"""Is an eval set as regrade left it: every file, line and decision, and what git has of them."""
