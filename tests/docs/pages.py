"""The manual's pages, taken apart into the blocks that a test runs.

    ```sh               commands; every one must succeed. `<!-- exit: 1 -->` above: the last one ends so
    ```console          commands behind `$ `, and what they print, with `...` for what is left out
    ```python           a program
    ```sql              statements, each of which must parse
    ```toml             settings of dbstrata
    ```cron             a line of a crontab: its command, from the home
    ```yaml, ```json    must parse

`<!-- file: NAME -->` above a block writes it to that file instead, `<!-- in: checkout -->` has it run in a copy of this
repository. `<!-- sandbox: NAME -->` says where a page's blocks run (sandbox.py), `<!-- needs: mysql -->` that a block
needs that server. What no test can run says so, and why, in a
line that readers see: `*Not run in the tests: it needs GitHub.*`
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
NOTE = re.compile(r"<!-- (?P<name>file|exit|needs|in): (?P<value>.+?) -->|^ *\*Not run in the tests: (?P<reason>.+)\*$")
SANDBOX = re.compile(r"<!-- sandbox: (.+?) -->")


@dataclass(frozen=True)
class Block:
    """What stands between two fences, and the notes above."""

    page: Path
    line: int
    language: str
    code: str
    notes: dict[str, str]

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Page:
    """One file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """From the repository's top."""
        return str(self.path.relative_to(ROOT))

    @property
    def sandbox(self) -> str:
        """Where its blocks run."""
        found = SANDBOX.search(self.text)
        return found[1] if found else "repo"

    def blocks(self) -> Iterator[Block]:
        """In their order."""
        for fence in FENCE.finditer(self.text):
            indent = len(fence["indent"])
            code = "".join(line[indent:] or "\n" for line in fence["code"].splitlines(keepends=True))
            line = self.text.count("\n", 0, fence.start()) + 1
            yield Block(self.path, line, fence["language"], code, _notes(self.text[: fence.start()]))


def _notes(before: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in reversed(before.splitlines()):
        match = NOTE.match(line.strip())
        if match is None:
            break
        found[match["name"] or "not run"] = match["value"] or match["reason"]
    return found


def pages() -> list[Page]:
    """All of them."""
    return [Page(path, path.read_text(encoding="utf-8")) for path in PAGES]
