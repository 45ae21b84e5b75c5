"""`python -m c360_cli` is the same as the command `c360`."""

from c360_cli.main import run

run()
