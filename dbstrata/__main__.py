"""`python -m dbstrata` is the command `dbstrata`."""

from .cli.main import app

app(prog_name="dbstrata")
