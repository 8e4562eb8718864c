"""The password in use stands in no output, no log, no file, no title of a process and no exception.

Every command that connects is run as a user runs it: with the password in the URL, in the environment, and a wrong one;
where it goes well and where it fails. A password that a user types on the command line is in that command's own title;
what is held to account is what dbstrata starts, writes and says.
"""

import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest

import dbstrata
from dbstrata.dialects import server
from dbstrata.snapshots.errors import DbstrataError

from ..lab import Case, Lab
from ..mysql_servers import MyServer
from .grounds import Ground, bundled, on_mysql, on_postgres

pytestmark = pytest.mark.sweep
"""Some forty processes on each server."""
SECRET = "Hush7@hush/9"
WRONG = "Wrong7@wrong/9"
USER = "dbstrata_guest"
NEEDLES = {text for secret in (SECRET, WRONG) for text in (secret, quote(secret, safe=""))}
PAIR = Case("pair", "CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE t (id int PRIMARY KEY, n int)")
LINUX = sys.platform == "linux"


@dataclass
class Watched:
    """Runs commands, and keeps all that they say and all that they start."""

    folder: Path
    variable: str
    """That the server's own clients take the password from."""
    said: dict[str, bytes] = field(default_factory=dict)
    titles: set[bytes] = field(default_factory=set)

    def run(self, *arguments: str | Path, password: str = "") -> int:
        """The command's exit code."""
        command = [sys.executable, "-P", "-m", "dbstrata", *map(str, arguments)]
        environment = {**os.environ, self.variable: password, "PYTHONFAULTHANDLER": "1"}
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        done = threading.Event()
        looker = threading.Thread(target=self._look, args=(process.pid, done))
        looker.start()
        out, err = process.communicate(timeout=300)
        done.set()
        looker.join()
        self.said[f"{len(self.said)} {arguments[0]}"] = out + err
        return process.returncode

    def _look(self, parent: int, done: threading.Event) -> None:
        """The titles of all that the command starts; its own is what the user typed, and a child has it, too, until it
        is the other program."""
        while LINUX and not done.wait(0.02):
            for child in _descendants(parent):
                try:
                    typed = Path(f"/proc/{parent}/cmdline").read_bytes()
                    title = Path(f"/proc/{child}/cmdline").read_bytes()
                except OSError:
                    continue
                if title != typed:
                    self.titles.add(title)

    def assert_quiet(self) -> None:
        """None of the needles in anything."""
        found = dict(self.said)
        found |= {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        found |= {f"title {number}": title for number, title in enumerate(self.titles)}
        for name, text in found.items():
            for needle in NEEDLES:
                assert needle.encode() not in text, (name, text[-2000:])


def _descendants(process: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)


def with_password(url: str, password: str | None, user: str = USER) -> str:
    """The URL as that user."""
    parts = urlsplit(url)
    login = user if password is None else f"{user}:{quote(password, safe='')}"
    return parts._replace(netloc=f"{login}@{parts.hostname}:{parts.port}").geturl()


def every_command(ground: Ground, watched: Watched, folder: Path) -> None:
    """Each that connects, when it goes well and when it does not."""
    made = bundled(ground, folder, PAIR)
    given, bare = with_password(made.url, SECRET), with_password(made.url, None)
    scratch = with_password(ground.scratch, SECRET)
    ways = [(given, ""), (bare, SECRET)]
    for number, (url, password) in enumerate(ways):
        fresh = folder / f"way{number}"
        assert watched.run("dump", ground.verb, url, "-o", folder / f"dump{number}.json", password=password) == 0
        assert watched.run("diff", url, made.new, "--format", "json", password=password) == 0
        assert watched.run("script", url, made.new, password=password) == 0
        assert watched.run("bundle", url, made.new, "-o", fresh, password=password) == 0
        to = ("--to", "flyway", "-o", folder / f"migrations{number}")
        assert watched.run("export", url, made.new, *to, password=password) == 0
        assert watched.run("build", url, password=password) == 0
        assert watched.run("apply", fresh, url, "--yes", "--record", "--log-format", "json", password=password) == 0
        assert watched.run("verify", made.new, url, password=password) == 0
        assert watched.run("verify", made.old, url, "--format", "markdown", password=password) == 1
        assert watched.run("rollback", fresh, url, "--yes", "--allow", "DB*", password=password) == 0
        assert watched.run("apply", made.path, url, password=password) == 2  # nobody to confirm
    assert watched.run("rehearse", made.path, "--scratch", scratch) == 0
    file = folder / "schema.sql"
    file.write_text(f"{PAIR.a};")
    imports = ("dump", ground.verb, "--from-sql", file, "--scratch")
    assert watched.run(*imports, scratch) == 0
    assert watched.run(*imports, with_password(ground.scratch, None), password=SECRET) == 0
    assert watched.run(*imports, with_password(ground.scratch, WRONG)) == 4
    wrong = with_password(made.url, WRONG)
    for verb in (("dump", ground.verb), ("verify", made.new)):
        assert watched.run(*verb, wrong) == 4
        assert watched.run(*verb, bare, password=WRONG) == 4
    assert watched.run("apply", made.path, given.replace(f":{urlsplit(given).port}/", ":1/"), "--yes") == 4
    assert watched.run("dump", ground.verb, f"{given}?no-such-option=1") == 2
    assert watched.run("diff", given.replace("://", "x://"), made.new) == 2
    assert watched.run("apply", given, made.path, "--yes") == 2  # the two swapped
    assert watched.run("verify", given, given) == 0
    watched.said["traceback"] = _raised(wrong, ground).encode()


def _raised(url: str, ground: Ground) -> str:
    """What the Python interface raises, with all that is behind it."""
    texts = list[str]()
    for work in (lambda: dbstrata.dump(url), lambda: server(ground.verb).open_executor(url).__enter__()):
        with pytest.raises(DbstrataError) as caught:
            work()
        texts.append("".join(traceback.format_exception(caught.value)) + repr(caught.value))
    return "\n".join(texts)


def test_on_postgres(lab: Lab, tmp_path: Path) -> None:
    with psycopg.connect(lab.server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {USER} SUPERUSER LOGIN PASSWORD '{SECRET}'")
        trusting = (lab.server.data / "pg_hba.conf").read_text()
        try:
            _ask_for_passwords(lab, admin, f"host all {USER} all scram-sha-256\n{trusting}")
            watched = Watched(tmp_path, "PGPASSWORD")
            with on_postgres(lab) as ground:
                every_command(ground, watched, tmp_path)
            watched.said["server log"] = lab.server.log.read_bytes().replace(
                f"PASSWORD '{SECRET}'".encode(), b""
            )  # our own statement above
            watched.assert_quiet()
        finally:
            _ask_for_passwords(lab, admin, trusting)
            admin.execute(f"DROP ROLE {USER}")


def _ask_for_passwords(lab: Lab, admin: "psycopg.Connection[object]", rules: str) -> None:
    (lab.server.data / "pg_hba.conf").write_text(rules)
    admin.execute("SELECT pg_reload_conf()")


def test_on_mysql(my_server: MyServer, tmp_path: Path) -> None:
    users = [f"'{USER}'@'{host}'" for host in ("%", "localhost")]  # where an anonymous user of this host is nearer
    for user in users:
        my_server.execute(f"DROP USER IF EXISTS {user}", f"CREATE USER {user} IDENTIFIED BY '{SECRET}'")
        my_server.execute(f"GRANT ALL ON *.* TO {user}")
    try:
        watched = Watched(tmp_path, "MYSQL_PWD")
        with on_mysql(my_server) as ground:
            every_command(ground, watched, tmp_path)
        watched.assert_quiet()
    finally:
        my_server.execute(*(f"DROP USER {user}" for user in users))
