"""What is printed for people and for scripts: all of it drawn from documents that others computed."""
