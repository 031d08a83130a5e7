"""What happened to one prediction or failure mode: decisions, commits, disagreement."""
