"""OLD and NEW as URLs of live databases, dumped on the fly."""

from pathlib import Path
from urllib.parse import urlsplit

from ..servers import Database
from .commands import refused, run


def test_a_url_is_dumped_on_the_fly(database: Database, tmp_path: Path) -> None:
    """A live database against the file that was dumped of it: no difference, until something changes."""
    database.psql("CREATE TABLE t (id integer)")
    kept = tmp_path / "schema.json"
    assert run("dump", "postgres", database.url, "-o", kept).code == 0
    assert run("diff", kept, database.url, "--exit-code").code == 0
    database.psql("ALTER TABLE t ADD COLUMN note text")
    done = run("diff", kept, database.url, "--exit-code")
    assert done.code == 1
    assert "note" in done.out


def test_a_connection_string_is_dumped_on_the_fly(database: Database, tmp_path: Path) -> None:
    """libpq's other form of a URL, beside a file."""
    kept = tmp_path / "schema.json"
    assert run("dump", "postgres", database.url, "-o", kept).code == 0
    parts = urlsplit(database.url)
    live = f"host={parts.hostname} port={parts.port} user={parts.username} dbname={parts.path[1:]}"
    assert run("diff", kept, live, "--exit-code").code == 0


def test_a_url_of_no_dialect_is_refused(tmp_path: Path) -> None:
    """One line that names the schemes there are."""
    assert "postgresql://" in refused(run("diff", "oracle://host/db", "empty"), 2)


def test_scripts_and_diff_in_one_run(database: Database, tmp_path: Path) -> None:
    """`diff --forward --rollback` writes what `script` prints."""
    database.psql("CREATE TABLE t (id integer)")
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    assert run("dump", "postgres", database.url, "-o", old).code == 0
    database.psql("ALTER TABLE t ADD COLUMN note text; CREATE VIEW v AS SELECT note FROM t")
    assert run("dump", "postgres", database.url, "-o", new).code == 0
    forward, back = tmp_path / "f.sql", tmp_path / "r.sql"
    assert run("diff", old, new, "--forward", forward, "--rollback", back).code == 0
    assert forward.read_text() == run("script", old, new).out
    assert back.read_text() == run("script", old, new, "--rollback").out
