"""What is built holds what it should, and a checkout that lost its links is noticed before anyone installs it."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import dbstrata

ROOT = Path(__file__).parents[2]
PACKAGES = ("cli", "dialects", "engine", "snapshots", "templates")
NOT_SOURCE = shutil.ignore_patterns(".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}


def _build(source: Path, target: Path) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300, env=CLEAN)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel built from it, of a copy: an old build/ would bring deleted modules back."""
    source = tmp_path_factory.mktemp("source") / "checkout"
    shutil.copytree(ROOT, source, symlinks=True, ignore=NOT_SOURCE)
    target = source.parent / "dist"
    _build(source, target)
    return target


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def in_sdist(built: Path) -> set[str]:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def _sources(*endings: str) -> set[str]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix in endings)
    return {f"dbstrata/{path.relative_to(ROOT).as_posix()}" for path in files}


def test_checkout_has_its_links() -> None:
    for package in PACKAGES:
        link = ROOT / "dbstrata" / package
        assert link.is_dir(), f"{link} is no directory: check out with git config core.symlinks true"
        assert (link / "__init__.py").samefile(ROOT / package / "__init__.py")


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without `__init__.py` would be missing from the wheel."""
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_wheel_holds_every_module_template_and_script(in_wheel: set[str]) -> None:
    assert _sources(".py", ".j2", ".sql") - in_wheel == set()
    assert {f"dbstrata/{package}/__init__.py" for package in PACKAGES} < in_wheel
    assert {"dbstrata/py.typed", "dbstrata/__init__.py", "dbstrata/__main__.py"} < in_wheel


def test_wheel_holds_nothing_else(in_wheel: set[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in in_wheel} == {"dbstrata"}
    assert not any("test" in name.split("/") or "tests" in name.split("/") for name in in_wheel)


def test_sdist_holds_tests_docs_and_makefile(in_sdist: set[str]) -> None:
    wanted = {"Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "pyproject.toml"}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert wanted - in_sdist == set()
    assert not any(name.endswith(".pyc") for name in in_sdist)


def test_checkout_without_links_makes_a_wheel_that_is_noticed(tmp_path: Path) -> None:
    """Git without symlinks writes each link as a text file; setuptools then leaves the folders out and says nothing."""
    source = tmp_path / "checkout"
    shutil.copytree(ROOT, source, symlinks=True, ignore=NOT_SOURCE)
    for package in PACKAGES:
        link = source / "dbstrata" / package
        target = os.readlink(link)
        link.unlink()
        link.write_text(target)
    _build(source, tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert _sources(".py", ".j2") - set(
            archive.namelist()
        )  # what test_wheel_holds_every_module_template_and_script sees


def test_extras_and_version_are_what_the_project_says(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    assert {"postgres", "mysql", "embedded", "all", "dev"} == {
        line.split(": ")[1] for line in metadata.splitlines() if line.startswith("Provides-Extra")
    }
    assert "License-Expression: Apache-2.0" in metadata
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == dbstrata.__version__


@pytest.mark.parametrize("command", [[Path(sys.executable).with_name("dbstrata")], [sys.executable, "-m", "dbstrata"]])
def test_version_is_told_by_the_command_and_the_module(command: list[str | Path], tmp_path: Path) -> None:
    done = subprocess.run([*command, "--version"], capture_output=True, encoding="utf-8", check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert dbstrata.__version__ in done.stdout


def test_wheel_runs_by_itself(wheel: Path, tmp_path: Path) -> None:
    """From the unpacked wheel, not from the checkout: a file that only the checkout has would be missed here."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-m", "dbstrata", "--version"]
    env = {**CLEAN, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=tmp_path, env=env)
    assert (done.returncode, done.stderr) == (0, "")
