"""The command line: a module for each group of commands. Heavy parts are imported by the command that needs
them, so that `--help` answers at once."""
