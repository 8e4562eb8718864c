"""Laws 1 and 2 over a whole schema that nobody here wrote, and a changed copy of it."""

from pathlib import Path

import pytest

from ..lab import SHARED
from ..mysql_lab import sakila
from ..mysql_servers import MyDatabase
from .lab import assert_is, look, script

CHANGES = """
ALTER TABLE film ADD COLUMN budget decimal(12,2) NULL AFTER title, MODIFY COLUMN length int unsigned NULL;
ALTER TABLE actor DROP KEY idx_actor_last_name, ADD KEY by_name (last_name, first_name);
ALTER TABLE rental DROP FOREIGN KEY fk_rental_staff;
ALTER TABLE store MODIFY COLUMN last_update timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP AFTER store_id;
DROP TRIGGER ins_film;
DROP PROCEDURE film_in_stock;
CREATE OR REPLACE VIEW film_list AS SELECT film_id AS fid, title, budget FROM film;
CREATE TABLE studio (studio_id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(45) NOT NULL, film_id int
    unsigned, CONSTRAINT fk_studio_film FOREIGN KEY (film_id) REFERENCES film (film_id) ON UPDATE CASCADE);
"""


@pytest.mark.skipif(SHARED is None, reason="needs the shared folder")
def test_there_and_back(my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path) -> None:
    text = sakila(my_database.server.flavour)
    my_database.script(text)
    my_database2.script(text)
    my_database2.script(CHANGES)
    a, b = look(my_database), look(my_database2)
    forward, back = script(a, b, tmp_path), script(b, a, tmp_path)
    for database, first, second, middle, end in (
        (my_database, forward, back, b, a),
        (my_database2, back, forward, a, b),
    ):
        database.script(first)
        assert_is(database, middle)
        database.script(second)
        assert_is(database, end)
