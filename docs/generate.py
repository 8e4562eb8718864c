"""Writes what the manual takes from the code: the format's JSON Schema, the options of every command, a page a risk.

`make docs` runs it; `python docs/generate.py --check` writes nothing and exits 1 if something is not current.
"""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import fill
from typing import Any

import typer

from dbstrata.cli.bundles.model import plan_schema
from dbstrata.cli.main import COMMANDS
from dbstrata.engine.codes import CATALOGUE, FAMILIES, Code
from dbstrata.snapshots.schema import text as schema_text

HERE = Path(__file__).parent


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its words, subcommands included."""
    for verb, (module, _) in COMMANDS.items():
        found = typer.main.get_command(import_module(module, "dbstrata.cli").app)
        inner = getattr(found, "commands", None)
        if inner:
            yield from ((f"{verb} {name}", command) for name, command in inner.items())
        else:
            yield verb, found


def options(command: Any) -> str:
    """The arguments and options of a command as a table."""
    rows = ["| | |", "|-|-|"]
    for parameter in command.params:
        if parameter.name == "help":
            continue
        words = ", ".join(f"`{word}`" for word in parameter.opts)
        if parameter.param_type_name == "argument":
            words = f"`{parameter.metavar or parameter.name.upper()}`"
        elif not parameter.is_flag and parameter.metavar:
            words += f" `{parameter.metavar}`"
        rows.append(f"| {words} | {_cell(parameter.help)} |".replace("\n", " "))
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


def commands_page(text: str) -> str:
    """The page with the table of each command between its markers."""
    for words, command in commands():
        begin, end = f"<!-- options: {words} -->", "<!-- end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            sys.exit(f"docs/commands.md has no place for the options of {words}: {begin} ... {end}")
        before, after = pattern.split(text)
        text = f"{before}{begin}\n{options(command)}\n{end}{after}"
    return text


def risk_page(code: Code) -> str:
    """The page of one risk."""
    parts = {"Cause": code.cause, "Harm": code.harm, "The safe way": code.safe}
    text = "".join(f"\n## {title}\n\n{fill(words, 120)}\n" for title, words in parts.items())
    policy = f'`--allow {code.code}`, or in `dbstrata.toml`:\n\n```toml\n[policy.codes]\n{code.code} = "allow"\n```'
    by_default = {"refuse": "refused", "warn": "warned of", "allow": "allowed"}[code.default]
    return (
        f"# {code.code} {code.slug}\n\n{fill(code.summary, 120)}\n\n{code.family}. By default {by_default}.\n{text}"
        f"\n## Allowing it\n\n{policy}\n"
    )


def risks_index() -> str:
    """The list of all risks, by family."""
    lines = ["# Risks", "", RISKS]
    for digit, family in FAMILIES.items():
        lines += ["", f"## {family}", "", "| code | name | by default | |", "|-|-|-|-|"]
        lines += [
            f"| [{c.code}]({c.code}.md) | `{c.slug}` | {c.default} | {_cell(c.summary)} |"
            for c in CATALOGUE
            if c.code[2] == digit
        ]
    return "\n".join(lines) + "\n"


RISKS = """\
Every statement of a script has a line above it for each thing that can go wrong, or be lost, by it. The codes never
change their meaning. What a project allows, wants to be warned of, or refuses stands in its
[policy](../commands.md#policy)."""


def pages() -> dict[Path, str]:
    """All that is written, by file."""
    manual = HERE / "commands.md"
    return {
        HERE / "bundle-format.schema.json": plan_schema().decode(),
        HERE / "snapshot-format.schema.json": schema_text().decode(),
        manual: commands_page(manual.read_text(encoding="utf-8")),
        HERE / "risks" / "index.md": risks_index(),
        **{HERE / "risks" / f"{code.code}.md": risk_page(code) for code in CATALOGUE},
    }


def main() -> int:
    """Write, or check."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if "--check" in sys.argv:
            sys.stdout.write(f"not current: {path.name}; next: make docs\n")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8")
            sys.stdout.write(f"written: {path.name}\n")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
