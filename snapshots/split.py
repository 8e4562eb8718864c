"""--split: a directory with one file an object, for large schemas and few merge conflicts.

    manifest.json           the header
    table/public.orders.json
    function/public.f%28integer%29.json

A file is called as its object's identity says: a folder for the kind, then the path with all but `[a-z0-9_.-]`
percent-escaped, so that disks that ignore case hold every schema. Files that are no `.json` are left alone, and so are
other folders; a `.json` file that is not where its object belongs is an error, for it may be what a merge left.
"""

import hashlib
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from . import format
from .errors import InputError
from .model import Header, Identity, Object
from .naming import kind_of, path_of
from .trouble import explained
from .upgrade import upgraded

__all__ = ["MANIFEST", "assembled", "decode_object", "file_of", "is_canonical", "is_split", "manifest", "read", "write"]

MANIFEST = "manifest.json"

LONGEST = 120
"""Characters of a file's name before `.json`. Longer ones are cut, and end in `~` and a hash of the whole."""

_ESCAPED = re.compile(r"[^a-z0-9_.-]")
_OURS = re.compile(r"[a-z0-9_.%~-]+\.json\Z")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)")
"""What Windows does not take for a file's name, whatever follows the dot."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in manifest.json."""

    header: Header


# names


def escape(path: str) -> str:
    """An identity's path as a file's name, without `.json`. Two paths never give the same name, on any disk."""
    name = _ESCAPED.sub(lambda m: "".join(f"%{byte:02x}" for byte in m[0].encode(errors="surrogatepass")), path)
    if _DEVICES.match(name):
        name = f"%{ord(name[0]):02x}{name[1:]}"
    if len(name) > LONGEST:
        digest = hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()[:32]
        name = f"{name[: LONGEST - 33]}~{digest}"
    return name


def file_of(identity: Identity) -> Path:
    """Where an object stands, below the directory."""
    return Path(kind_of(identity), f"{escape(path_of(identity))}.json")


def is_split(directory: Path) -> bool:
    """Whether it says that it is a split snapshot."""
    return (directory / MANIFEST).is_file()


# reading


def read(directory: Path) -> format.Snapshot:
    """The snapshot in a directory. InputError names the file in it that is wrong."""
    where = str(directory)
    with _system_errors(where):
        return assembled(_paths(directory), lambda path: format.read_bytes(os.path.join(where, path)), where)


def assembled(paths: Iterable[str], content: Callable[[str], bytes], where: str) -> format.Snapshot:
    """The snapshot of a directory, wherever that is: `paths` are its JSON files, `content` reads one. Raises
    InputError."""
    paths = sorted(paths)
    if MANIFEST not in paths:
        raise InputError(
            what=f"a directory without {MANIFEST}, no snapshot",
            where=where,
            next="name a snapshot file, or a directory that `dbstrata dump --split` wrote",
        )
    with format.collector_off():
        header = _header(content(MANIFEST), os.path.join(where, MANIFEST))
        _refuse_strays(paths, header["dialect"], where)
        found = list(_files(paths, content, where))
        if header["format"] == format.FORMAT:
            snapshot = _assemble(header, found, where)
        else:
            snapshot = _assemble_older(header, found, where)
        return format.check(snapshot, where)


def _paths(directory: Path) -> Iterator[str]:
    """The JSON files at its top, and in its folders, that are not hidden."""
    if not is_split(directory):
        return
    for entry in os.scandir(directory):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from (f"{entry.name}/{name}" for name in _listed(directory / entry.name))
        elif entry.name.endswith(".json"):
            yield entry.name


def manifest(data: bytes, where: str) -> Header:
    """The header in a manifest, of this format or an older one. Raises InputError."""
    header = _header(data, where)
    return format.convert(upgraded({"header": header, "objects": []}, where), where).header


def decode_object(data: bytes, dialect: str, where: str) -> Object:
    """One object from its own file, of this format. Raises InputError."""
    with explained(data, where, lambda: _kinds(dialect)):
        return _decoder(dialect).decode(data)


def _header(data: bytes, where: str) -> dict[str, Any]:
    data = data.removeprefix(format.BOM)
    header = format.peek(data, where)
    if header["format"] == format.FORMAT:
        with explained(data, where, lambda: Manifest):
            msgspec.json.decode(data, type=Manifest)
    return header


@cache
def _kinds(dialect: str) -> dict[str, type[Object]]:
    """Top-level classes by kind."""
    objects = get_type_hints(format.snapshot_type(dialect))["objects"]
    return {cls.kind: cls for cls in get_args(get_args(objects)[0])}


@cache
def _decoder(dialect: str) -> "msgspec.json.Decoder[Object]":
    objects = get_type_hints(format.snapshot_type(dialect))["objects"]
    return msgspec.json.Decoder(get_args(objects)[0])


def _refuse_strays(paths: Iterable[str], dialect: str, where: str) -> None:
    """JSON files where no object of a split snapshot stands."""
    for path in paths:
        folder = path.rpartition("/")[0]
        if path != MANIFEST and folder not in _kinds(dialect):
            raise InputError(
                what="a file that is no object of this split snapshot",
                where=os.path.join(where, path),
                next=f"move it elsewhere: beside {MANIFEST} stand only folders named for {dialect} kinds",
            )


def _files(paths: Iterable[str], content: Callable[[str], bytes], where: str) -> Iterator[tuple[str, bytes]]:
    """(path, content) of each object's file."""
    size = 0
    for path in paths:
        if path != MANIFEST:
            data = content(path).removeprefix(format.BOM)
            size += len(data)
            format.check_size(size, where)
            yield os.path.join(where, path), data


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(".json") and name[0] != ".")
    except FileNotFoundError:
        return []


def _assemble(header: dict[str, Any], files: list[tuple[str, bytes]], where: str) -> format.Snapshot:
    dialect = header["dialect"]
    objects: list[tuple[Identity, Object]] = []
    for path, data in files:
        obj = decode_object(data, dialect, path)
        identity = obj.identity()
        _check_place(identity, path)
        objects.append((identity, obj))
    objects.sort(key=lambda pair: pair[0])
    whole: format.Snapshot = format.snapshot_type(dialect)(
        header=msgspec.convert(header, Header), objects=tuple([obj for _, obj in objects])
    )
    return whole


def _check_place(identity: Identity, path: str) -> None:
    expected = file_of(identity)
    folder, name = os.path.split(path)
    if (os.path.basename(folder), name) != (expected.parent.name, expected.name):
        raise InputError(
            what=f"holds {identity}, which belongs in {expected.as_posix()}",
            where=path,
            next="rename the file, or remove it if a merge left it behind",
        )


def _assemble_older(header: dict[str, Any], files: list[tuple[str, bytes]], where: str) -> format.Snapshot:
    objects: list[Any] = []
    for path, data in files:
        with explained(data, path):
            objects.append(msgspec.json.decode(data))
    document = upgraded({"header": header, "objects": objects}, where)
    return format.convert(document, where)


# writing


def write(snapshot: format.Snapshot, directory: Path) -> None:
    """One file an object. In an existing split snapshot only what changed is written, and what is gone is removed.

    Each file is written whole or not at all; the directory is not: who interrupts this finds objects of both states.
    """
    where = str(directory)
    if directory.exists() and not directory.is_dir():
        raise InputError(what="a file, not a directory", where=where, next="name another directory for --split")
    if directory.is_dir() and not is_split(directory) and any(directory.iterdir()):
        raise InputError(
            what=f"not empty, and without {MANIFEST} no split snapshot",
            where=where,
            next="name a new directory, or one that `dbstrata dump --split` wrote",
        )
    with _system_errors(where), format.collector_off():
        directory.mkdir(parents=True, exist_ok=True)
        kept = set[Path]()
        for path, data in _contents(snapshot):
            if path.parent not in kept:
                (directory / path.parent).mkdir(exist_ok=True)
            kept |= {path, path.parent}
            _put(directory / path, data)
        for stale in _stale(directory, snapshot.header.dialect, kept):
            stale.unlink()
        for kind in _kinds(snapshot.header.dialect):
            with suppress(OSError):  # it is not empty, or not there
                (directory / kind).rmdir()


def is_canonical(snapshot: format.Snapshot, directory: Path) -> bool:
    """Whether writing the snapshot there would change nothing."""
    with _system_errors(str(directory)):
        kept = set[Path]()
        for path, data in _contents(snapshot):
            kept.add(path)
            if (directory / path).read_bytes() != data:
                return False
        return not any(_stale(directory, snapshot.header.dialect, kept))


def _contents(snapshot: format.Snapshot) -> Iterator[tuple[Path, bytes]]:
    """Every file and what is in it, the manifest first."""
    snapshot = format.canonical(snapshot)
    yield Path(MANIFEST), format.pretty(Manifest(header=snapshot.header))
    for obj in snapshot.objects:
        yield file_of(obj.identity()), format.pretty(obj)


def _put(path: Path, data: bytes) -> None:
    try:
        if path.read_bytes() == data:
            return
    except FileNotFoundError:
        pass
    format.replace_file(path, data, sync=False)


def _stale(directory: Path, dialect: str, kept: set[Path]) -> Iterator[Path]:
    """Files of objects that are gone."""
    for kind in _kinds(dialect):
        for name in _listed(directory / kind):
            if _OURS.match(name) and Path(kind, name) not in kept:
                yield directory / kind / name


@contextmanager
def _system_errors(where: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            what=f"cannot use: {error.strerror or error}", where=str(error.filename or where), next="check permissions"
        ) from error
