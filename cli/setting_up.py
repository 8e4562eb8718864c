"""What `dbstrata git-setup` does once the command line is read."""

import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..snapshots import split
from ..snapshots.errors import InputError
from .git import Repository
from .output import write_text

__all__ = ["set_up", "take_back"]

DRIVER = "dbstrata"
ATTRIBUTES = f"merge={DRIVER} diff={DRIVER} text eol=lf"
FILE = ".gitattributes"

OR_TEXT = "{ test $? -eq 1 && grep -q '^<<<<<<<' %A && exit 1; git merge-file -q --marker-size=%L %A %O %B; exit 1; }"
"""1 is a conflict, which the file shows. After all else, a program that is gone among it, git would call it a conflict
too, and leave ours alone in the file: then it is merged as text."""

_OURS = re.compile(rf"\smerge={DRIVER}(?:\s|\Z)")


def settings() -> dict[str, str]:
    """Git's configuration. The interpreter is named whole, for git runs without this virtual environment; `-P` keeps
    the repository's own folders out of its way."""
    program = f"{shlex.quote(sys.executable.replace(chr(92), '/'))} -P -m dbstrata"
    return {
        f"merge.{DRIVER}.name": "schema snapshots, by object and attribute",
        f"merge.{DRIVER}.driver": f"{program} merge-driver --marker-size %L %O %A %B %P || {OR_TEXT}",
        f"merge.{DRIVER}.recursive": "binary",
        f"diff.{DRIVER}.command": f"{program} git-diff",
        f"diff.{DRIVER}.textconv": f"{program} git-diff --textconv",
        f"diff.{DRIVER}.xfuncname": "^([a-z].*)$",
    }


def set_up(paths: Iterable[str]) -> Iterator[str]:
    """Do it; a line for each thing that changed. Raises InputError."""
    with Repository() as repository:
        top = Path(repository.ask("rev-parse", "--show-toplevel").rstrip("\n"))
        given = [repository.path(f"./{path}") for path in paths]
        names = given or repository.snapshots()
        if not names:
            raise InputError("git tracks no snapshot", str(top), "name one: dbstrata git-setup PATH")
        wanted = [f"{_pattern(name, is_split=split.is_split(top / name))} {ATTRIBUTES}" for name in names]
        known = _lines(top)
        missing = [line for line in wanted if line not in known]
        if missing:
            write_text("".join(f"{line}\n" for line in (*known, *missing)), str(top / FILE))
            yield from (f"{FILE}: {line}" for line in missing)
        changed = [key for key, value in settings().items() if _configured(repository, key) != value]
        for key in changed:
            repository.ask("config", "--local", key, settings()[key])
            yield f"git config: {key}"
        if not missing and not changed:
            yield "all is set up already"


def take_back() -> Iterator[str]:
    """Undo it; a line for each thing that changed. Raises InputError."""
    with Repository() as repository:
        top = Path(repository.ask("rev-parse", "--show-toplevel").rstrip("\n"))
        known = _lines(top)
        kept = [line for line in known if not _OURS.search(line)]
        if kept:
            if kept != known:
                write_text("".join(f"{line}\n" for line in kept), str(top / FILE))
        elif known:
            (top / FILE).unlink()
        yield from (f"{FILE}: removed: {line}" for line in known if line not in kept)
        sections = {key.rpartition(".")[0] for key in settings() if _configured(repository, key) is not None}
        for section in sorted(sections):
            repository.ask("config", "--local", "--remove-section", section)
            yield f"git config: removed: {section}"
        if kept == known and not sections:
            yield "nothing was set up"


def _lines(top: Path) -> list[str]:
    try:
        return (top / FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read: {error}", str(top / FILE), "correct the file") from error


def _configured(repository: Repository, key: str) -> str | None:
    try:
        return repository.ask("config", "--local", "--get", key).rstrip("\n")
    except InputError:
        return None


def _pattern(path: str, *, is_split: bool) -> str:
    """The pattern of .gitattributes for one file, or for all files of a split snapshot."""
    escaped = re.sub(r"([\\*?\[])", r"\\\1", path)
    pattern = f"/{escaped}/**/*.json" if is_split else f"/{escaped}"
    pattern = pattern.replace("//", "/")
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"' if re.search(r'[\s"]', pattern) else pattern
