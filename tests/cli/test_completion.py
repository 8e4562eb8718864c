"""`dbstrata completion`: bash completes with it; fish is told of every command and option."""

import shutil
import subprocess
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
        ("diff a", set()),
        ("nope --", set()),
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
    if fish := shutil.which("fish"):
        subprocess.run([fish, "--no-execute", "-c", "\n".join(lines)], check=True)


def test_zsh_is_given_what_bash_is(script: Path) -> None:
    assert run("completion", "zsh").out == script.read_text()
    assert "'csh' is not one of" in refused(run("completion", "csh"), 2)
