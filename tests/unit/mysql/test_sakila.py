"""A schema that nobody here wrote; it is in the shared folder."""

from pathlib import Path

import pytest

from dbstrata.snapshots import format

from ...cli.commands import run
from ...lab import SHARED
from ...mysql_lab import dump, flat, sakila, unmodelled
from ...mysql_servers import MyDatabase


@pytest.mark.skipif(SHARED is None, reason="needs the shared folder")
def test_sakila(my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path) -> None:
    """Nothing of it is not covered, and what `build` makes of the snapshot dumps as the same bytes."""
    text = sakila(my_database.server.flavour)
    my_database.script(text)
    first = dump(my_database)
    assert unmodelled(first) == []
    assert {"table film", "view film_list", "procedure film_in_stock", "trigger film.ins_film"} <= flat(first).keys()
    format.write(first, tmp_path / "sakila.json")
    my_database2.script(run("build", tmp_path / "sakila.json").out)
    assert format.encode(dump(my_database2)) == format.encode(first)
