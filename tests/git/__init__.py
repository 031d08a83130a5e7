"""Real git, real merges: nothing lost, no conflict, every disagreement shown and no other."""
