"""The command line itself: verbs, help, exit codes, and how little a start costs. And that the manual is true of it."""

import json
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from dbstrata.cli import main

from .commands import Done, refused, run, snapshot, table, written

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _commands() -> Iterator[tuple[str, Any]]:
    """Every command with its words, subcommands included."""
    for verb, (module, _) in main.COMMANDS.items():
        found = typer.main.get_command(import_module(module, "dbstrata.cli").app)
        inner = getattr(found, "commands", None)
        yield verb, found
        if inner:
            yield from ((f"{verb} {name}", command) for name, command in inner.items())


COMMANDS = dict(_commands())


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_help(words: str) -> None:
    done = run(*words.split(), "--help")
    assert done.code == 0
    assert f"dbstrata {words}" in done.out
    assert COMMANDS[words].help
    for parameter in COMMANDS[words].params:
        if parameter.name != "help":
            assert getattr(parameter, "help", None), f"{words} {parameter.name} has no help"


@pytest.mark.parametrize("words", [w for w in COMMANDS if not getattr(COMMANDS[w], "commands", None)])
def test_every_command_says_its_exit_codes(words: str) -> None:
    assert re.search(r"[Ee]xit", COMMANDS[words].help or "")


def test_help_and_version() -> None:
    done = run("--help")
    assert done.code == 0
    assert all(f"  {verb} " in done.out for verb in main.COMMANDS)
    assert run("-h") == done
    assert re.fullmatch(r"dbstrata \d+\.\d+\.\d+\S*\n", run("--version").out)
    nothing = run()
    assert nothing == Done(2, "", done.out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dif"], "no such command: dif; see `dbstrata --help`"),
        (["--colour"], "no such option: --colour; see `dbstrata --help`"),
        (["diff"], "missing argument 'OLD'; see `dbstrata diff --help`"),
        (["diff", "a", "b", "c"], "got unexpected extra argument(s) (c); see `dbstrata diff --help`"),
        (["diff", "a", "b", "--format"], "option '--format' requires an argument; see `dbstrata diff --help`"),
        (["diff", "a", "b", "--format", "yaml"], "'yaml' is not one of 'text', 'json', 'markdown'"),
        (["script", "a", "b", "--no-such"], "no such option: --no-such; see `dbstrata script --help`"),
        (["dump"], "missing command; see `dbstrata dump --help`"),
        (["dump", "oracle", "x"], "no such command 'oracle'"),
        (["diff", "no/such.json", "empty"], "no such file: no/such.json; check the name, or dump it first"),
        (["diff", "empty", "empty"], "both snapshots are `empty`: OLD and NEW; name one file at least"),
        (["diff", "-", "-"], "both snapshots are `-`: OLD and NEW; name one file at least"),
        (["build", "no\nsuch\x1b"], "no such file: no such\\x1b; check the name, or dump it first"),
    ],
)
def test_a_wrong_command_line_is_one_line(arguments: list[str], message: str) -> None:
    assert message in refused(run(*arguments), 2)


def test_a_defect_is_never_mistaken_for_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("dbstrata.cli.sources.pair", broken)
    done = run("diff", "a", "b", "--exit-code")
    assert done.code == 5
    assert "RuntimeError: unforeseen" in done.err


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dbstrata.cli.sources.pair", interrupted)
    done = run("diff", "a", "b")
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("verb", ["diff empty {0}", "diff empty {0} --format json", "build {0}", "--help"])
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, verb: str) -> None:
    many = written(tmp_path, "many.json", snapshot(*(table(f"t{n}") for n in range(1500))))
    command = [sys.executable, "-m", "dbstrata", *verb.format(many).split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


# a start costs little

HEAVY = {"typer", "rich", "jinja2", "msgspec", "networkx", "sqlglot", "psycopg", "pymysql"}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], set[str]()),
        (["--version"], set[str]()),
        (["diff", "{0}", "{0}", "--exit-code"], {"msgspec"}),
        (["diff", "{0}", "{1}"], {"typer", "msgspec", "jinja2"}),
        (["script", "{0}", "{1}"], {"typer", "msgspec", "jinja2", "networkx"}),
    ],
)
def test_nothing_is_imported_before_it_is_needed(arguments: list[str], allowed: set[str], tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", snapshot(table("a")))
    new = written(tmp_path, "new.json", snapshot(table("b")))
    argv = ["dbstrata", *(a.format(old, new) for a in arguments)]
    code = (
        "import sys; before = set(sys.modules)\n"
        f"sys.argv = {argv!r}\n"
        "from dbstrata.cli.main import app\n"
        "try: app()\nexcept SystemExit: pass\n"
        "import json; print('\\n' + json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, cwd=ROOT)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert loaded & HEAVY <= allowed


def _cpu(*arguments: str, runs: int = 20) -> float:
    """User and system seconds of a run, on average."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(runs):
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / runs


def test_a_start_is_fast() -> None:
    """Times that of an interpreter that does nothing: `--version` 4, `--help` 8."""
    nothing = _cpu("-c", "pass")
    assert _cpu("-m", "dbstrata", "--version") <= 4 * nothing
    assert _cpu("-m", "dbstrata", "--help") <= 8 * nothing


# the manual is true

_COMMAND = re.compile(r"dbstrata ((?:\w+ ?)+)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
FOREIGN = {"--no-data", "--untested"}
"""Options of other programs that the manual names."""


def _examples(page: Path) -> Iterator[str]:
    """Lines of code, and code spans, that begin with `dbstrata`."""
    text = page.read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("    ") and " dbstrata " in f" {line.strip()}":
            yield line.strip()
    for span in re.findall(r"`([^`\n]+)`", text):
        if span.startswith("dbstrata "):
            yield span


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_and_option_in_the_manual_exists(page: Path) -> None:
    for line in _examples(page):
        for part in line.split("dbstrata ")[1:]:
            words = part.partition("#")[0].split("|")[0].split()
            if not words or not re.fullmatch(r"[a-z-]+", words[0]):
                continue
            if words[0] in ("--help", "--version"):
                continue
            assert words[0] in main.COMMANDS, f"{page.name}: {line}"
            name = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
            known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
            for option in _OPTION.findall(" ".join(words)):
                assert option in known | {"--help"}, f"{page.name}: {line}: {option}"


def test_the_manual_names_every_command_and_option() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for words, command in COMMANDS.items():
        assert f"`dbstrata {words}" in text or f"## {words}" in text, words
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option == "--help" or f"`{option}" in text, f"{words} {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_in_the_manual_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_what_the_manual_takes_from_the_code_is_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
