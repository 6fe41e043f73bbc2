"""Mutated inputs for every reader of external data; see `python -m tests.fuzz --help`."""
