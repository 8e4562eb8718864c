"""`python -m dbstrata` is the command `dbstrata`."""

from .cli.main import run

run(prog_name="dbstrata")
