"""`import dbstrata`: the names, what they cost, their doctests, and the example in the manual."""

import doctest
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dbstrata
from dbstrata import api
from dbstrata.snapshots import format
from dbstrata.snapshots.errors import InputError, Refused
from dbstrata.snapshots.postgres import Column

from ..cli.commands import snapshot, table
from ..git.repositories import PLAIN, Repo
from ..git.three_ways import base
from ..servers import Database

ROOT = Path(__file__).parents[2]
ID = Column(name="id", type="integer")
OLD = snapshot(table("orders", ID, Column(name="note", type="text")))
NEW = snapshot(table("orders", ID, Column(name="total", type="numeric")))


def test_the_public_names_are_these() -> None:
    assert dbstrata.__all__ == ["Plan", "__version__", "diff", "dump", "load", "plan", "render"]
    assert dir(dbstrata) == dbstrata.__all__
    assert set(api.__all__) == set(dbstrata.__all__) - {"__version__"}
    for name in dbstrata.__all__:
        assert getattr(dbstrata, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nope'"):
        _ = dbstrata.nope


@pytest.mark.parametrize("name", api.__all__)
def test_each_is_documented_and_typed(name: str) -> None:
    found = getattr(dbstrata, name)
    assert inspect.getdoc(found)
    if not inspect.isclass(found):
        parameters = set(inspect.signature(found).parameters) | {"return"}
        assert parameters == found.__annotations__.keys()
    assert f"| `{name}(" in (ROOT / "docs" / "python.md").read_text() or name == "Plan"


def test_an_import_imports_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import dbstrata; first = set(sys.modules) - before\n"
        "dbstrata.load; import json; print(json.dumps([sorted(first), sorted(set(sys.modules) - before)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, cwd=ROOT)
    first, then = json.loads(done.stdout)
    assert first == ["dbstrata"]
    assert not {"typer", "jinja2", "networkx", "psycopg", "rich", "sqlglot"} & set(then)


def test_the_doctests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    repo = Repo(tmp_path / "repo")
    monkeypatch.chdir(repo.folder)
    repo.commit("one", OLD, "schema.json")
    repo.git("tag", "v1")
    repo.commit("two", NEW, "schema.json")
    done = doctest.testmod(api, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert (done.failed, done.attempted) == (0, 10)


def test_a_plan_from_a_new_database_and_back() -> None:
    there, back = dbstrata.plan(None, NEW), dbstrata.plan(NEW, OLD)
    assert "CREATE TABLE public.orders" in dbstrata.render(there)
    assert there.losses == []
    assert "DROP COLUMN total" in dbstrata.render(back, lock_timeout="2s", title="back")
    assert not dbstrata.plan(NEW, NEW)


def test_what_can_be_left_out_and_renamed() -> None:
    ours = snapshot(table("orders", ID, comment="x"), table("tmp_1"), table("t", schema="other"))
    theirs = snapshot(table("orders", ID))
    assert dbstrata.diff(ours, theirs)
    assert not dbstrata.diff(ours, theirs, ignore=["comment", "table public.tmp_*"], scope=["public"])
    way = dbstrata.plan(OLD, NEW, renames={"column public.orders.note": "column public.orders.total"})
    assert "RENAME COLUMN note TO total" in dbstrata.render(way)
    assert way.losses == []


def test_answers_for_changes_of_type_that_nobody_can_guess() -> None:
    dated = snapshot(table("orders", ID, Column(name="note", type="date")))
    old = snapshot(table("orders", ID, Column(name="note", type="integer")))
    with pytest.raises(Refused, match="using"):
        dbstrata.plan(old, dated)
    for column in ("public.orders.note", "column public.orders.note"):
        way = dbstrata.plan(old, dated, using={column: "date '2000-01-01' + note"})
        assert "USING date '2000-01-01' + note" in dbstrata.render(way)


def test_errors_are_the_commands_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        dbstrata.load(tmp_path / "nope.json")
    with pytest.raises(InputError, match="no attribute 'nope'"):
        dbstrata.diff(OLD, NEW, ignore=["nope"])
    with pytest.raises(InputError, match="have nothing to compare"):
        dbstrata.diff(OLD, base("mysql"))


def test_dump_reads_a_database(database: Database) -> None:
    database.psql("CREATE TABLE t (id integer)")
    found = dbstrata.dump(database.url)
    assert [str(obj.identity()) for obj in found.objects if obj.kind == "table"] == ["table public.t"]


# the example in the manual

EXAMPLE = re.compile(r"<!-- file: tests/test_models.py -->\n```python\n(?P<code>.*?)```\n", re.DOTALL)
MODELS = """
from sqlalchemy import Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    note: Mapped[str] = mapped_column(String(20))
"""


def test_models_match_the_committed_snapshot(database: Database, tmp_path: Path) -> None:
    """The example passes while they do, and names what differs when they don't."""
    example = EXAMPLE.search((ROOT / "docs" / "python.md").read_text(encoding="utf-8"))
    assert example is not None
    test = tmp_path / "tests" / "test_models.py"
    test.parent.mkdir()
    test.write_text(example["code"], encoding="utf-8")
    (tmp_path / "models.py").write_text(MODELS)
    database.psql("CREATE TABLE orders (id serial PRIMARY KEY, note varchar(20) NOT NULL)")
    (tmp_path / "db").mkdir()
    format.write(dbstrata.dump(database.url), tmp_path / "db" / "schema.json")
    assert _pytest(tmp_path) == (0, "")
    database.psql("ALTER TABLE orders ADD missing text, ALTER note TYPE text")
    format.write(dbstrata.dump(database.url), tmp_path / "db" / "schema.json")
    code, said = _pytest(tmp_path)
    assert code == 1
    assert "not in the snapshot: column public.orders.note, column public.orders.missing" in said


def _pytest(folder: Path) -> tuple[int, str]:
    """The exit code, and what it says if that is not 0."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "tests"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=clean | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout if done.returncode else ""
