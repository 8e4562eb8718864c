"""Where the manual's blocks run: a folder, a shell, a server, and what the page says is there.

    empty          an empty folder, and an empty database `shop`
    repo [PATH]    a git repository with a shop's snapshots: tags v2.3 and v2.4 and what came in between, at PATH
                   (schema.json). Databases: `shop`, a developer's, one step on; `staging` and `production` at v2.3,
                   `renamed`: as `shop`, with another name for a column

Every host is the test's own server, whatever it is called.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import sqlglot

from dbstrata.cli.config import load as load_config
from dbstrata.dialects import read_url
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres
from dbstrata.snapshots.format import Snapshot

from ..git.repositories import PLAIN, Repo
from .pages import ROOT, Block

VERSIONS = (
    """CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
       CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         customer bigint NOT NULL REFERENCES customers, sum integer NOT NULL, note text);""",
    "ALTER TABLE orders ADD placed_at timestamptz NOT NULL DEFAULT now();",
    "CREATE INDEX by_customer ON orders (customer);",
    "CREATE VIEW recent AS SELECT id, customer, sum FROM orders WHERE placed_at > now() - interval '7 days';",
    "ALTER TABLE orders ADD paid boolean NOT NULL DEFAULT false;",
)
"""What each adds to the one before."""
TAGS = {0: "v2.3", 3: "v2.4"}
HOME = [f"{home}/bin"] if (home := os.environ.get("DBSTRATA_MYSQL_HOME")) else []
NOT_SOURCE = shutil.ignore_patterns(".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache")
CHECKOUT = {
    "ARGS": "",
    "MAKEFLAGS": f" -- BIN={Path(sys.executable).parent} STAMP=pyproject.toml",
    "PYTEST_ADDOPTS": "-p no:cacheprovider -k test_the_public_names_are_these --ignore-glob=*/test_[!a]*.py",
    "PYTEST_XDIST_AUTO_NUM_WORKERS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
}
"""`make` takes the tests' own environment for its own, but not the ARGS that they may have been started with, and `make
test` runs one test: it is run in a test itself. `pip` installs into a folder, and fetches nothing."""
ROLES = ("owner", "readonly", "deploy", "ci")


class Places:
    """The server of all pages, and its databases in each version, to be copied."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        for role in ROLES:
            server.psql(f"CREATE ROLE {role} LOGIN SUPERUSER")
        self.snapshots = list[Snapshot]()
        for at, sql in enumerate(VERSIONS):
            server.psql(f"CREATE DATABASE {self.of(at)} TEMPLATE {self.of(at - 1) if at else 'template0'}")
            server.psql(sql, self.of(at))
            self.snapshots.append(read_url(server.url(self.of(at))))

    @staticmethod
    def of(version: int) -> str:
        """The database to copy."""
        return f"version_{version}"

    def fresh(self, name: str, template: str) -> None:
        """That database anew."""
        self.server.drop_database(name)
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE {template}")


class Sandbox:
    """One page's folder and shell. Blocks follow each other in it: files, databases and the working directory stay."""

    def __init__(self, places: Places, kind: str, folder: Path, **environment: str) -> None:
        self.places, self.folder = places, folder / "shop"
        self.folder.mkdir(parents=True)
        self._state = folder / "cwd"
        server = places.server
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PG", "PYTEST", "MYSQL"))},
            **PLAIN,
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": "100",
            "PGHOSTADDR": "127.0.0.1",
            "PGHOST": "localhost",
            "PGPORT": str(server.port),
            "PGUSER": "postgres",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(server.bindir), *HOME, os.environ["PATH"]]),
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            **environment,
        }
        (folder / "gitconfig").write_text(
            "[user]\n name = You\n email = you@example.org\n[init]\n defaultBranch = main\n"
        )
        name, *words = kind.split()
        {"empty": self._empty, "repo": self._repo}[name](*words)

    def _empty(self) -> None:
        self.places.fresh("shop", "template0")

    def _repo(self, path: str = "schema.json") -> None:
        repo = Repo(self.folder)
        for at, snapshot in enumerate(self.places.snapshots[:-1]):
            repo.commit(f"Step {at + 1}", snapshot, path, as_split=not path.endswith(".json"))
            if at in TAGS:
                repo.git("tag", TAGS[at])
        self.places.fresh("shop", self.places.of(len(VERSIONS) - 1))
        for name in ("staging", "production"):
            self.places.fresh(name, self.places.of(0))
        self.places.fresh("renamed", self.places.of(len(VERSIONS) - 1))
        self.places.server.psql("ALTER TABLE orders RENAME sum TO total", "renamed")

    def do(self, block: Block) -> None:
        """Run it, by its language. Raises AssertionError."""
        if "file" in block.notes:
            path = self.folder / block.notes["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code, encoding="utf-8")
        else:
            getattr(self, f"_{block.language}")(block)

    def _sh(self, block: Block) -> None:
        code = block.code
        if "in" in block.notes:
            code = f"cd {self._checkout()}\n{code}\ncd {self.folder}\n"
        self._shell(block, code, int(block.notes.get("exit", 0)))

    def _checkout(self) -> Path:
        """A copy of this repository, to be made and installed in, with what is installed for the tests."""
        folder = self.folder.parent / "checkout"
        if not folder.exists():
            shutil.copytree(ROOT, folder, symlinks=True, ignore=NOT_SOURCE)
            self._environment |= CHECKOUT | {"PIP_TARGET": str(self.folder.parent / "installed")}
        return folder

    def _cron(self, block: Block) -> None:
        for line in block.code.splitlines():
            command = line.split(maxsplit=5)[5]
            self._shell(block, f"(cd; {command})", int(block.notes.get("exit", 0)))

    def _console(self, block: Block) -> None:
        commands = _commands(block.code)
        codes = [*[0] * (len(commands) - 1), int(block.notes.get("exit", 0))]
        for (command, said), code in zip(commands, codes, strict=True):
            pattern = re.escape(said.strip()).replace(re.escape("..."), ".*?")
            printed = self._shell(block, command, code)
            assert re.fullmatch(pattern, printed.strip(), re.DOTALL), (
                f"{block.where}: {command}\n-- it prints\n{printed}\n-- and the page says\n{said}"
            )

    def _python(self, block: Block) -> None:
        self._shell(block, f"{sys.executable} - <<'PYTHON'\n{block.code}\nPYTHON\n")

    def _sql(self, block: Block) -> None:
        assert all(sqlglot.parse(block.code, dialect="postgres")), block.where

    def _toml(self, block: Block) -> None:
        path = self.folder.parent / "dbstrata.toml"
        path.write_text(block.code, encoding="utf-8")
        load_config(str(path))

    def _yaml(self, block: Block) -> None:
        assert msgspec.yaml.decode(block.code), block.where

    def _json(self, block: Block) -> None:
        assert msgspec.json.decode(block.code), block.where

    def _shell(self, block: Block, code: str, code_expected: int = 0) -> str:
        cwd = self._state.read_text().strip() if self._state.exists() else self.folder
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", f"trap 'pwd > {self._state}' EXIT\n{code}"],
            cwd=cwd,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == code_expected, f"{block.where}: exit {done.returncode}\n{code}\n{done.stdout[-3000:]}"
        return done.stdout


def _commands(code: str) -> list[tuple[str, str]]:
    """Each command behind `$ ` (its further lines behind `> `), and what it prints."""
    found: list[tuple[list[str], list[str]]] = []
    for line in code.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1][0].append(line[2:])
        else:
            found[-1][1].append(line)
    return [("\n".join(command), "\n".join(said)) for command, said in found]


LANGUAGES = {"sh", "console", "cron", "python", "sql", "toml", "yaml", "json"}
