"""Git as a source of snapshots: `REVISION:PATH`, read through one `git cat-file --batch`, never a checkout.

Paths are counted from the repository's top; those that begin with `./` or `../` from the working directory, as in git.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import TracebackType
from typing import IO, NamedTuple, Self, cast

from ..snapshots import format, split
from ..snapshots.errors import InputError

__all__ = ["Entry", "Found", "Ref", "Repository", "parsed", "read", "snapshot_of"]

INDEX = ""
"""The revision of `:PATH`, which is what will be committed."""

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_NO_REVISION = re.compile(r"(?:bad|unknown) revision '([^']*)'")
_FOUND = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)\n")


class Ref(NamedTuple):
    """A revision, as git spells them, and a path in it."""

    revision: str
    path: str

    def __str__(self) -> str:
        return f"{self.revision}:{self.path}"


class Found(NamedTuple):
    """An object of the repository."""

    id: str
    type: str
    data: bytes


class Entry(NamedTuple):
    """What stands under a name in a tree."""

    id: str
    is_tree: bool


def parsed(source: str) -> Ref | None:
    """`REVISION:PATH`; None for anything else. An existing file, or `C:\\x`, is no revision whatever it looks like."""
    if ":" not in source or os.path.exists(source) or _DRIVE.match(source):
        return None
    depth = 0
    for at, character in enumerate(source):  # a colon in braces is the revision's own: HEAD^{/fix: it}
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ":" and depth <= 0:
            return Ref(source[:at], source[at + 1 :])
    return None


def read(ref: Ref) -> format.Snapshot:
    """The snapshot there: a file, or a split directory. Raises InputError."""
    with Repository() as repository:
        path = repository.path(ref.path)
        if ref.revision == INDEX:
            found = repository.find(f":{path}")
            if found is None:
                raise InputError("not in the index", str(ref), "add it, or name a revision before the colon")
            return format.decode(found.data, str(ref))
        entry = repository.entry(repository.tree_of(ref.revision), path)
        if entry is None:
            raise repository.path_missing(ref, path)
        return snapshot_of(repository, entry, str(ref))


def snapshot_of(repository: "Repository", entry: Entry, where: str) -> format.Snapshot:
    """The snapshot that a blob or a tree holds. Raises InputError."""
    if not entry.is_tree:
        return format.decode(repository.blob(entry.id, where), where)
    files = dict(repository.files(entry.id))
    return split.assembled(files, lambda path: repository.blob(files[path], f"{where}/{path}"), where.rstrip("/"))


class Repository:
    """The repository around the working directory. Close it: it holds a process."""

    def __init__(self) -> None:
        self.prefix = self.ask("rev-parse", "--show-prefix").rstrip("\n")
        """The working directory below the top, ending in a slash; empty at the top."""
        self._process: subprocess.Popen[bytes] | None = None
        self._trees: dict[str, Mapping[str, Entry]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._process is not None:
            self._process.__exit__(kind, error, tb)  # closes its input, at which it ends
            self._process = None

    def ask(self, *arguments: str) -> str:
        """What `git ARGUMENTS` prints. Raises InputError with git's own words."""
        done = _run(arguments)
        if done.returncode:
            said = done.stderr.decode(errors="replace")
            wrong = _NO_REVISION.search(said)
            raise self._no_revision(wrong[1]) if wrong else _refused(said, arguments)
        return done.stdout.decode(errors="surrogateescape")

    @cached_property
    def is_shallow(self) -> bool:
        """Was it cloned without its whole history?"""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == "true"

    def path(self, path: str) -> str:
        """From the top, `/` between the parts, none at the end. Raises InputError for what is outside."""
        if path.startswith(("./", "../")) or path in (".", ".."):
            path = f"{self.prefix}{path}"
        parts: list[str] = []
        for part in path.replace(os.sep, "/").split("/"):
            if part == "..":
                if not parts:
                    raise InputError("outside of the repository", path, "name a path below its top")
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)

    def local(self, path: str) -> str:
        """From the top, of a path as the working directory has it. Raises InputError for what is outside."""
        return self.path("./" + os.path.relpath(path).replace(os.sep, "/"))

    def only_snapshot(self) -> str:
        """The snapshot that git tracks. Raises InputError if there is none, or more than one."""
        found = self.snapshots()
        if len(found) != 1:
            what = f"git tracks {len(found)} snapshots" if found else "git tracks no snapshot"
            raise InputError(what, ", ".join(found[:5]) or os.getcwd(), "name one by its path")
        return found[0]

    def warn_if_shallow(self) -> None:
        """Say on stderr that the history is not all there, if so."""
        if self.is_shallow:
            print("dbstrata: a shallow clone: the history begins late; git fetch --unshallow", file=sys.stderr)

    # objects

    def find(self, name: str) -> Found | None:
        """The object of that name, as git spells them; None if there is none."""
        if "\n" in name:
            return None
        if self._process is None:
            self._process = _cat_file()
        to, answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        to.write(name.encode(errors="surrogateescape") + b"\n")
        to.flush()
        line = answers.readline()
        if not line:
            raise InputError("git cat-file ended before it answered", name, "see what git fsck says")
        head = _FOUND.fullmatch(line)
        if head is None:  # missing, or ambiguous
            return None
        size = int(head[3])
        format.check_size(size, name)
        data = answers.read(size)
        answers.read(1)
        return Found(head[1].decode(), head[2].decode(), data)

    def blob(self, id: str, where: str) -> bytes:
        """The content of a file."""
        found = self.find(id)
        if found is None:
            raise InputError(f"git has no object {id[:12]}", where, "fetch it, or see what git fsck says")
        return found.data

    def tree_of(self, revision: str) -> str:
        """The id of the revision's tree. Raises InputError, which tells of a shallow clone."""
        found = self.find(f"{revision}^{{tree}}")
        if found is None:
            raise self._no_revision(revision)
        return found.id

    def _no_revision(self, revision: str) -> InputError:
        if self.is_shallow:
            advice = "fetch the history: git fetch --unshallow --tags (in CI: a depth of 0)"
            return InputError("no such revision in this shallow clone", revision, advice)
        return InputError("no such revision", revision, "check the name with git rev-parse; fetch tags if it is one")

    def tree(self, id: str) -> Mapping[str, Entry]:
        """What stands in a tree, by name."""
        if id not in self._trees:
            found = self.find(id)
            self._trees[id] = dict(_entries(found.data, len(id) // 2)) if found is not None else {}
        return self._trees[id]

    def entry(self, tree: str, path: str) -> Entry | None:
        """What stands at the path below a tree; the tree itself for an empty one."""
        at = Entry(tree, is_tree=True)
        for part in filter(None, path.split("/")):
            inner = self.tree(at.id).get(part) if at.is_tree else None
            if inner is None:
                return None
            at = inner
        return at

    def files(self, tree: str) -> Iterator[tuple[str, str]]:
        """(path, blob) of the JSON files of a split directory: at the tree's top and in its folders."""
        for name, entry in self.tree(tree).items():
            if name.startswith("."):
                continue
            inner = self.tree(entry.id).items() if entry.is_tree else ()
            for path, found in ((name, entry), *((f"{name}/{file}", found) for file, found in inner)):
                if not found.is_tree and path.endswith(".json") and not path.rpartition("/")[2].startswith("."):
                    yield path, found.id

    def snapshots(self) -> list[str]:
        """The snapshots among the tracked files, as they are in the working tree; paths from the top."""
        found: list[str] = []
        paths = self.ask("ls-files", "-z", "--full-name", "--", ":/*.json").split("\0")
        for path in dict.fromkeys(paths):  # a file that is in conflict is there up to three times
            name = f"{self._up}{path}"
            if path and _is_snapshot(name):
                folder, _, file = path.rpartition("/")
                found.append(folder if file == split.MANIFEST else path)
        return found

    @property
    def _up(self) -> str:
        """From the working directory to the top."""
        return "../" * self.prefix.count("/")

    def path_missing(self, ref: Ref, path: str) -> InputError:
        """The error for a path that is not in a revision."""
        advice = "check the path, which is counted from the repository's top"
        if self.prefix and self.entry(self.tree_of(ref.revision), self.path(f"./{ref.path}")) is not None:
            advice = f"say {ref.revision}:./{ref.path}, for paths are counted from the repository's top"
        return InputError(f"no such path in {ref.revision}", path or str(ref), advice)


def _entries(data: bytes, length: int) -> Iterator[tuple[str, Entry]]:
    """A tree's own form: mode, space, name, NUL, the id's bytes."""
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, name = data[at:end].partition(b" ")
        at = end + 1 + length
        yield name.decode(errors="surrogateescape"), Entry(data[end + 1 : at].hex(), is_tree=mode == b"40000")


_BEGIN = re.compile(rb'\s*\{\s*"header":\s*\{\s*"format":')


def _is_snapshot(path: str) -> bool:
    """By how the file begins."""
    try:
        with open(path, "rb") as stream:
            return _BEGIN.match(stream.read(256)) is not None
    except OSError:
        return False


# the program

ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _run(arguments: tuple[str, ...]) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=False, env=os.environ | ENVIRONMENT)
    except FileNotFoundError as error:
        raise InputError("git is not installed", f"git {arguments[0]}", "install it, or name files") from error


def _cat_file() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        ["git", "cat-file", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | ENVIRONMENT,
    )


def _refused(said: str, arguments: tuple[str, ...]) -> InputError:
    if "not a git repository" in said:
        return InputError("not in a git repository", os.getcwd(), "name an existing file, or go to the repository")
    message = said.strip().partition("\n")[0].removeprefix("fatal: ")
    return InputError(f"git says: {message or 'nothing'}", f"git {arguments[0]}", "see what git status says")
