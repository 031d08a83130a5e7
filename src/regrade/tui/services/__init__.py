"""What works behind the screens: the log, the decisions, the engine, the last view. Services own the threads and post messages."""
