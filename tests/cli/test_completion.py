"""`dbstrata completion`: bash, zsh and fish complete with it, and fish is told of every command and option."""

import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dbstrata.cli.completion import verbs
from dbstrata.cli.main import COMMANDS

from .commands import refused, run


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "bash"
    path.write_text(run("completion", "bash").out)
    return path


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("d", {"dump", "diff", "demo"}),
        ("--v", {"--version"}),
        ("dump ", {"postgres", "mysql"}),
        ("dump postgres --from", {"--from-sql", "--from-dump"}),
        ("diff a.json b.json --ex", {"--exit-code"}),
        ("diff a.json b.json --format ", {"text", "json", "markdown", "html"}),
        ("diff --format m", {"markdown"}),
        ("export a.json b.json --to d", {"django", "dbmate"}),
        ("completion ", {"bash", "zsh", "fish"}),
        ("diff a", set[str]()),
        ("nope --", set[str]()),
    ],
)
def test_bash_completes(script: Path, line: str, found: set[str]) -> None:
    words = ["dbstrata", *line.split(" ")]
    array = " ".join(f"'{word}'" for word in words)
    code = f'. {script}; COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; _dbstrata; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-uc", code], capture_output=True, encoding="utf-8", check=True)
    assert (set(done.stdout.split()), done.stderr) == (found, "")


def test_fish_is_told_of_all() -> None:
    lines = run("completion", "fish").out.splitlines()
    count = sum(1 + len(verb.words) + len(verb.options) for verb in verbs())
    assert len([line for line in lines if line.startswith("complete -c dbstrata ")]) == count
    assert {verb.name for verb in verbs()} == set(COMMANDS)


@pytest.mark.skipif(not (FISH := shutil.which("fish")), reason="no fish; apt-get install fish")
def test_fish_completes(tmp_path: Path) -> None:
    (tmp_path / "fish").write_text(run("completion", "fish").out)
    (tmp_path / "schema.json").touch()
    asked = {
        "": set(COMMANDS),
        "ver": {"verify"},
        "dump ": {"postgres", "mysql"},
        "dump postgres ": {"fish", "schema.json"},
        "dump postgres --from": {"--from-sql", "--from-dump"},
        "diff --format m": {"markdown"},
        "export a b --to ": {"flyway", "alembic", "django", "golang-migrate", "dbmate"},
        "completion ": {"bash", "zsh", "fish"},
        "diff sch": {"schema.json"},
    }
    code = "source fish; " + "; echo ==; ".join(f"complete -C 'dbstrata {line}'" for line in asked)
    done = subprocess.run(
        [str(FISH), "-c", code],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    found = [{line.partition("\t")[0] for line in part.split("\n") if line} for part in done.stdout.split("==\n")]
    assert (dict(zip(asked, found, strict=True)), done.stderr) == (asked, "")


class Terminal:
    """Keys for a shell, and what it shows."""

    def __init__(self, side: int) -> None:
        self.side = side

    def type(self, keys: str, until: str) -> str:
        """What is shown up to those letters; or, after a minute, without."""
        os.write(self.side, keys.encode())
        shown, end = "", time.monotonic() + 60
        while until not in shown and time.monotonic() < end:
            if select.select([self.side], [], [], 0.2)[0]:
                shown += os.read(self.side, 65536).decode(errors="replace")
        return shown


@contextmanager
def shell(*command: str, cwd: Path) -> Generator[Terminal]:
    """An interactive one."""
    ours, its = pty.openpty()
    environment = {"HOME": str(cwd), "ZDOTDIR": str(cwd), "PATH": os.environ["PATH"], "TERM": "dumb", "PS1": "> "}
    with subprocess.Popen(command, cwd=cwd, env=environment, stdin=its, stdout=its, stderr=its) as process:
        try:
            yield Terminal(ours)
        finally:
            process.kill()
            os.close(its)
            os.close(ours)


@pytest.mark.skipif(not (ZSH := shutil.which("zsh")), reason="no zsh; apt-get install zsh")
def test_zsh_completes(script: Path, tmp_path: Path) -> None:
    (tmp_path / "schema.json").touch()
    with shell(str(ZSH), "-f", "-i", cwd=tmp_path) as terminal:
        assert "ready" in terminal.type(f"source {script}; echo rea''dy\n", "ready")
        for keys, found in (
            ("ver", "dbstrata verify "),
            ("dump po", "dbstrata dump postgres "),
            ("dump postgres --from-d", "dbstrata dump postgres --from-dump "),
            ("diff --format mar", "dbstrata diff --format markdown "),
            ("completion fi", "dbstrata completion fish "),
            ("diff sche", "dbstrata diff schema.json "),
        ):
            assert found in terminal.type(f"\x15dbstrata {keys}\t", found)


def test_zsh_is_given_what_bash_is(script: Path) -> None:
    assert run("completion", "zsh").out == script.read_text()
    assert "'csh' is not one of" in refused(run("completion", "csh"), 2)
