"""The file: one canonical JSON document, read strictly, and its fingerprint.

    encode, decode          bytes and snapshots
    read, write             a file, a --split directory, or `-`
    fingerprint             names what a file holds, whichever form it has
    same_bytes              two equal files, known without decoding them

Canonical means: the same schema gives the same bytes. Objects are sorted by identity, by code point; columns stand in
physical order and all else inside an object by name; attributes at their default are left out; dictionaries stand as
the server keeps them, for dumps print options in that order; text with line feeds is the array of its
lines; two spaces of indentation and a line feed at the end.
"""

import gc
import hashlib
import os
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast, get_args

import msgspec

from .canonical import Document, duplicates, users_of
from .canonical import canonical as canonical_object
from .errors import InputError
from .model import Header, Object, Scope
from .naming import Identity, kind_of, parts_of
from .trouble import check_header, explained
from .upgrade import upgraded

__all__ = [
    "FORMAT",
    "Snapshot",
    "canonical",
    "check",
    "decode",
    "empty_like",
    "encode",
    "fingerprint",
    "read",
    "read_bytes",
    "read_pair",
    "same_bytes",
    "write",
    "write_bytes",
]

FORMAT = 1
"""The version of the format that this dbstrata writes. A change of the model that older files don't fit raises it."""

LARGEST_MB = 160
"""What a snapshot may have, in MB of 10**6 bytes, unless DBSTRATA_LARGEST_MB says otherwise.

A schema of 10,000 tables takes 45; what is read takes six times as much memory, so that a wrong file can't take it all.
"""


CHUNK = 2**20


Snapshot = Document
"""Of whichever dialect."""


class Dialect(NamedTuple):
    """Where a dialect's model is."""

    module: str
    system: tuple[str, ...]
    """Schemas that are the server's own, as patterns: what stands in them is never in a snapshot."""
    apart: tuple[str, ...] = ()
    """Kinds that objects name and no snapshot is bound to hold."""
    in_schemas: bool = True
    """Does the path of an object begin with a schema?"""


DIALECTS = {
    "postgres": Dialect("postgres", system=("pg_*", "information_schema"), apart=("collation", "unmodelled")),
    "mysql": Dialect("mysql", system=(), apart=("unmodelled",), in_schemas=False),
}
"""Imported when first needed."""

_encoder = msgspec.json.Encoder()


@cache
def snapshot_type(dialect: str) -> type[Any]:
    """The class of that dialect's snapshots."""
    module = import_module(f".{DIALECTS[dialect].module}", __package__)
    return cast("type[Any]", module.Snapshot)


@cache
def _decoder(dialect: str) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(snapshot_type(dialect))


# bytes


def canonical(snapshot: Snapshot) -> Snapshot:
    """The snapshot in canonical form: the same one if it is already."""
    return snapshot if snapshot.walk.canonical else _canonical(snapshot)


def _canonical(snapshot: Snapshot) -> Snapshot:
    return _replace(snapshot, objects=tuple(sorted(map(canonical_object, snapshot.objects), key=_identity)))


def _identity(obj: Object) -> Identity:
    return obj.identity()


def encode(snapshot: Snapshot) -> bytes:
    """The canonical document."""
    with collector_off():
        return pretty(canonical(snapshot))


def pretty(value: Any) -> bytes:
    """A canonical JSON text of anything in the model."""
    return msgspec.json.format(_encoder.encode(value), indent=2) + b"\n"


def decode(data: bytes, where: str) -> Snapshot:
    """The snapshot that a file holds, brought to this format and to canonical form.

    Raises InputError, with one line that names `where`, the object and the field.
    """
    with collector_off():
        return check(_unchecked(data, where), where)


BOM = b"\xef\xbb\xbf"


def _unchecked(data: bytes, where: str) -> Snapshot:
    data = data.removeprefix(BOM)
    snapshot = _decoded(data, peek(data, where), where)
    if not snapshot.objects and b'"objects"' not in data:
        raise InputError(what="a header without objects", where=where, next="of a --split dump, name the directory")
    return snapshot


def _decoded(data: bytes, header: dict[str, Any], where: str) -> Snapshot:
    dialect = header["dialect"]
    if header["format"] == FORMAT:
        with explained(data, where, lambda: snapshot_type(dialect)):
            return cast(Snapshot, _decoder(dialect).decode(data))
    with explained(data, where):
        document = upgraded(msgspec.json.decode(data), where)
    return convert(document, where)


def convert(document: dict[str, Any], where: str) -> Snapshot:
    """The snapshot that a JSON document of this format is, not checked yet."""
    cls = snapshot_type(document["header"]["dialect"])
    with explained(msgspec.json.encode(document), where, lambda: cls):
        return cast(Snapshot, msgspec.convert(document, cls))


class _Peeked(msgspec.Struct):
    """Enough of a document to know how to read it; all of it is parsed, and the rest not kept."""

    header: dict[str, Any]


_peeker = msgspec.json.Decoder(_Peeked)


def peek(data: bytes, where: str) -> dict[str, Any]:
    """The header as it stands in the file, of any format that can be read."""
    with explained(data, where):
        header = _peeker.decode(data).header
    check_header(header, where, FORMAT, DIALECTS)
    return header


def empty_like(snapshot: Snapshot) -> Snapshot:
    """A snapshot of the same server and scope without any object: what `empty` stands for beside it."""
    return _replace(snapshot, objects=())


def _replace(snapshot: Snapshot, **changes: Any) -> Snapshot:
    return msgspec.structs.replace(snapshot, **changes)


# what a strict reader looks for beyond types


def check(snapshot: Snapshot, where: str) -> Snapshot:
    """The snapshot in canonical form. InputError if an identity is there twice or names what is not there.

    What may be missing: the server's own objects, and, where the header says that the dump was restricted, what is
    outside of its scope.
    """
    walk = snapshot.walk
    known = {identity for root in walk.roots for identity, _, _ in root.entries}
    if len(known) != sum(len(root.entries) for root in walk.roots):
        raise InputError(
            what=f"{next(duplicates(walk.identities))} is there twice",
            where=where,
            next="remove one of the two; a merge can leave both",
        )
    may_miss = _may_miss(snapshot.header)
    missing = frozenset(i for i in walk.references - known if not may_miss(i))
    if missing:
        user, attribute, used = next(iter(users_of(snapshot.objects, missing)))
        raise InputError(
            what=f"{user} names {used} in {attribute}, which is not there",
            where=where,
            next="restore that object or remove what uses it; a dump is always whole",
        )
    return snapshot if walk.canonical else _canonical(snapshot)


def _may_miss(header: Header) -> Callable[[str], bool]:
    dialect, scope = DIALECTS[header.dialect], header.scope
    restricted = scope != Scope()

    def may_miss(identity: str) -> bool:
        kind, parts = kind_of(Identity(identity)), parts_of(Identity(identity))
        if kind in dialect.apart:
            return True
        if not dialect.in_schemas:
            return _matches(scope.exclude, parts[0])
        if len(parts) < 2:  # a schema, an extension
            return restricted
        schema, name = parts[:2]
        return _matches(dialect.system, schema) or (restricted and not _in_scope(scope, schema, name))

    return may_miss


def _in_scope(scope: Scope, schema: str, name: str) -> bool:
    if _matches(scope.exclude_schemas, schema) or (scope.schemas and not _matches(scope.schemas, schema)):
        return False
    return not (_matches(scope.exclude, name) or _matches(scope.exclude, f"{schema}.{name}"))


def _matches(patterns: tuple[str, ...], text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


# fingerprint

_NO_OBJECTS = b'"objects":[]'
_DEPENDS_ON = b'"depends_on":['
_END_OF_STRINGS = re.compile(rb'(?:"(?:[^"\\]|\\.)*",?)*\]')


def fingerprint(snapshot: Snapshot, known: dict[int, bytes] | None = None) -> str:
    """SHA-256 of the compact canonical document without `depends_on`, in hexadecimal.

    The header is part of it: what a plan says depends on the server's version, on its facts and on what was read.
    Indentation is not, nor the form of the file. The snapshot must be canonical, as `decode` and a dump give it. What
    is `known` of objects, by their id, is taken from there and put there: for another snapshot that shares them.
    """
    known = {} if known is None else known
    head, tail = _encoder.encode(empty_like(snapshot)).split(_NO_OBJECTS)
    for obj in snapshot.objects:
        if id(obj) not in known:
            known[id(obj)] = _without_depends_on(_encoder.encode(obj))
    objects = b",".join([known[id(obj)] for obj in snapshot.objects])
    return hashlib.sha256(b'%b"objects":[%b]%b' % (head, objects, tail)).hexdigest()


def _without_depends_on(document: bytes) -> bytes:
    """Cut as bytes: a `"` inside a string is always escaped, so that these bytes can only be the key."""
    first, *rest = document.split(_DEPENDS_ON)
    pieces = [first]
    for piece in rest:
        end = cast("re.Match[bytes]", _END_OF_STRINGS.match(piece)).end()
        if piece[end : end + 1] == b",":
            end += 1
        elif pieces[-1].endswith(b","):
            pieces[-1] = pieces[-1][:-1]
        pieces.append(piece[end:])
    return b"".join(pieces)


# files


def read(path: str | os.PathLike[str]) -> Snapshot:
    """The snapshot in a file, in a --split directory, or on standard input (`-`)."""
    if path != "-" and os.path.isdir(path):
        from . import split

        return split.read(Path(path))
    return decode(read_bytes(path), place(path))


def read_pair(old: str, new: str) -> tuple[Snapshot, Snapshot]:
    """Both, as `read` gives them. What stands in both files alike is one object, decoded and looked at once."""
    if "-" in (old, new) or os.path.isdir(old) or os.path.isdir(new):
        return read(old), read(new)
    with collector_off():
        data = read_bytes(old)
        read_ = _unchecked(data, place(old))
        before = check(read_, place(old))
        other = read_bytes(new)
        after = _decoded_beside(other, data, before) if before is read_ else None
        return before, check(after if after is not None else _unchecked(other, place(new)), place(new))


class _Pieces(msgspec.Struct, forbid_unknown_fields=True):
    """A document whose objects are not decoded yet."""

    header: dict[str, Any]
    objects: list[msgspec.Raw]


_cutter = msgspec.json.Decoder(_Pieces)


def _decoded_beside(data: bytes, other: bytes, before: Snapshot) -> Snapshot | None:
    """The snapshot with the other's objects where the bytes are the same; None if it is to be read by itself: for its
    errors too, which are explained there."""
    try:
        pieces = _cutter.decode(data)
        header = msgspec.convert(pieces.header, Header)
        if (header.format, header.dialect) != (before.header.format, before.header.dialect):
            return None
        known = dict(zip(map(bytes, _cutter.decode(other).objects), before.objects, strict=True))
        decode_one = _object_decoder(header.dialect).decode
        objects = tuple(known.get(text := bytes(raw)) or decode_one(text) for raw in pieces.objects)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    after = type(before)(header=header, objects=objects)
    after.walk_beside(before)
    return after


@cache
def _object_decoder(dialect: str) -> "msgspec.json.Decoder[Any]":
    (objects,) = (f.type for f in msgspec.structs.fields(snapshot_type(dialect)) if f.name == "objects")
    return msgspec.json.Decoder(get_args(objects)[0])


def place(path: str | os.PathLike[str]) -> str:
    """How errors call it."""
    return "standard input" if path == "-" else os.fspath(path)


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """All of a file, or of standard input (`-`). Raises InputError."""
    if path == "-":
        return _whole(sys.stdin.buffer, place(path))
    with _opened(place(path)) as stream:
        check_size(os.fstat(stream.fileno()).st_size, place(path))
        return _whole(stream, place(path))


def _whole(stream: BinaryIO, where: str) -> bytes:
    """By pieces, for a pipe has no size."""
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(16 * CHUNK):
        pieces.append(piece)
        size += len(piece)
        check_size(size, where)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


@contextmanager
def _opened(where: str) -> Generator[BinaryIO]:
    """A file to read; what the system says against it as InputError."""
    try:
        with open(where, "rb") as stream:
            yield stream
    except FileNotFoundError as error:
        raise InputError(what="no such file", where=where or "''", next="check the name, or dump it first") from error
    except (OSError, ValueError) as error:
        raise InputError(
            what=f"cannot read: {_reason(error)}", where=where, next="check name and permissions"
        ) from error


def check_size(size: int, where: str) -> None:
    """InputError for more bytes than a snapshot may have."""
    largest = os.environ.get("DBSTRATA_LARGEST_MB", "")
    limit = int(largest) if largest.isdecimal() else LARGEST_MB
    if size > limit * 10**6:
        raise InputError(
            what=f"larger than {limit} MB, so hardly a snapshot",
            where=where,
            next="check the name; if it is one, set DBSTRATA_LARGEST_MB to more",
        )


def write(snapshot: Snapshot, path: str | os.PathLike[str], *, is_canonical: bool = False) -> None:
    """The canonical file, or standard output (`-`). `is_canonical`: as a dump is; not looked at again."""
    with collector_off():
        data = pretty(snapshot if is_canonical else canonical(snapshot))
    write_bytes(data, path)


def write_bytes(data: bytes, path: str | os.PathLike[str]) -> None:
    """A file, or standard output (`-`). Never a partial file: it is written aside and renamed. Raises InputError."""
    if path == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    where = os.fspath(path)
    if os.path.isdir(where):
        raise InputError(what="is a directory", where=where, next="name a file")
    try:
        replace_file(Path(where), data)
    except (OSError, ValueError) as error:
        raise InputError(what=f"cannot write: {_reason(error)}", where=where, next="name another place") from error


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def replace_file(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write aside and rename, through links and keeping the mode. Devices and pipes are written directly.

    Without `sync` a crash of the whole machine can leave an empty file.
    """
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    aside = path.with_name(f".{path.name[:200]}.{os.getpid()}.tmp")
    try:
        with aside.open("xb") as stream:
            stream.write(data)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        with suppress(FileNotFoundError):
            aside.chmod(path.stat().st_mode & 0o777)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def same_bytes(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> bool:
    """Whether both are files with the same content that begins and ends as a snapshot of this format does.

    True means that nothing differs, known without decoding; False means nothing.
    """
    try:
        if not (os.path.isfile(old) and os.path.isfile(new)) or os.path.getsize(old) != os.path.getsize(new):
            return False
        with open(old, "rb") as a, open(new, "rb") as b:
            first = last = a.read(CHUNK)
            if not _BEGIN.match(first) or first != b.read(CHUNK):
                return False
            while chunk := a.read(CHUNK):
                if chunk != b.read(CHUNK):
                    return False
                last = last[-8:] + chunk
            return last.endswith(b"]\n}\n")
    except OSError:
        return False


_BEGIN = re.compile(
    rb'\{\n  "header": \{\n    "format": %d,\n    "dialect": "(?:%s)",\n' % (FORMAT, "|".join(DIALECTS).encode())
)

# speed

T = TypeVar("T")


@contextmanager
def collector_off() -> Generator[None]:
    """No garbage collection inside: there are millions of new objects, and no garbage among them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
