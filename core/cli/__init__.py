"""The command line: one module for each command.

A command imports its heavy modules itself, so that `--help` answers at once.
"""
