"""Mutated inputs over everything that reads what strangers write; see `python -m tests.fuzz --help`."""
