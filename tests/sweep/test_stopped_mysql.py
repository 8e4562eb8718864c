"""Law 7 on MySQL and MariaDB: a script that dies after a random statement; another dump, and either end is reached.

A try is a pair of tests/cases_mysql, a direction and a statement, drawn from the try's number; `DBSTRATA_STOPS` says
how many tries there are.
"""

import os
import random
from pathlib import Path

import pytest

from ..mysql.lab import assert_is, cases, look, script, statements
from ..mysql_servers import MyServer, fresh

TRIES = int(os.environ.get("DBSTRATA_STOPS", "20"))
HEAD = 4
"""What is said first of every script: settings alone."""

pytestmark = pytest.mark.sweep


@pytest.mark.parametrize("number", range(TRIES))
def test_either_end_is_reached(number: int, my_server: MyServer, tmp_path: Path) -> None:
    draw = random.Random(number)
    folder = draw.choice(cases(my_server.flavour))
    names = draw.sample(["a", "b"], 2)
    start, end = ((folder / f"{name}.sql").read_text(encoding="utf-8") for name in names)
    with fresh(my_server) as one, fresh(my_server) as other:
        one.script(start)
        other.script(end)
        old, new = look(one), look(other)
        parts = list(statements(script(old, new, tmp_path)))
        stop = draw.randint(HEAD, len(parts) - 1)
        died = "\n".join(parts[:stop])
    for wanted in (new, old):
        with fresh(my_server) as database:
            database.script(start)
            database.script(died)
            database.script(script(look(database), wanted, tmp_path))
            assert_is(database, wanted)
