"""One JSON file as git knows it: a whole snapshot, the manifest of a split one, or one object of it."""

from typing import Any, NamedTuple

import msgspec

from ..snapshots import format, split
from ..snapshots.errors import InputError
from ..snapshots.model import Header, Object

__all__ = ["Document", "beside", "document"]


class Document(NamedTuple):
    """What a file holds."""

    dialect: str
    header: Header | None = None
    """None of an object's own file."""
    objects: tuple[Object, ...] | None = None
    """None of a manifest."""

    @property
    def is_whole(self) -> bool:
        """Is it a snapshot by itself?"""
        return self.header is not None and self.objects is not None

    def snapshot(self, header: Header) -> Any:
        """As a snapshot: what the file lacks is `header`, or no objects."""
        return format.snapshot_type(self.dialect)(header=self.header or header, objects=self.objects or ())


def document(data: bytes, where: str, dialect: str | None = None) -> Document:
    """What these bytes hold. `dialect` is that of an object's own file; None: the first that knows such an object.
    Raises InputError."""
    data = data.removeprefix(format.BOM)
    try:
        fields = set(msgspec.json.decode(data, type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, UnicodeDecodeError):
        fields = {"objects"}  # the reader of snapshots says what is wrong
    if "objects" in fields:
        snapshot = format.decode(data, where)
        return Document(snapshot.header.dialect, snapshot.header, snapshot.objects)
    if "header" in fields:
        header = split.manifest(data, where)
        return Document(header.dialect, header)
    return _object(data, where, [dialect] if dialect is not None else list(format.DIALECTS))


def _object(data: bytes, where: str, dialects: list[str]) -> Document:
    errors: list[InputError] = []
    for dialect in dialects:
        try:
            return Document(dialect, objects=(split.decode_object(data, dialect, where),))
        except InputError as error:
            errors.append(error)
    raise errors[0]


def beside(path: str) -> Header | None:
    """The header of the split snapshot in which an object's file stands, as it is in the working tree."""
    folder = path.rpartition("/")[0].rpartition("/")[0]
    manifest = f"{folder}/{split.MANIFEST}" if folder else split.MANIFEST
    try:
        return split.manifest(format.read_bytes(manifest), manifest)
    except InputError:
        return None
