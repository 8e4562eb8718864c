"""A bundle as it is found: whole, untampered, its plan proven again. Raises Refused with the name of the file."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ... import __version__
from ...snapshots import format
from ...snapshots.errors import InputError, Refused
from ..sources import ask, on_version
from .making import MANIFEST, digest, make
from .model import MANIFEST_FORMAT, PLAN_FORMAT, Manifest, PlanFile

if TYPE_CHECKING:
    from ..sources import Pair

__all__ = ["Bundle", "open_bundle"]

UNLIKE = "it is not what the two snapshots give"
AGAIN = "make it again from its two snapshots, or get an untouched copy"
T = TypeVar("T")


class Bundle:
    """A folder whose files are what its manifest says."""

    def __init__(self, folder: Path, manifest: Manifest, sha: str, files: Mapping[str, bytes]) -> None:
        self.folder, self.manifest, self.sha = folder, manifest, sha
        """Of the manifest, which holds those of all other files."""
        self.files = files

    @cached_property
    def plan(self) -> PlanFile:
        """plan.json; the scripts are its text."""
        found = _decoded(self.files["plan.json"], PlanFile, self.folder / "plan.json", PLAN_FORMAT)
        for name, script in (("forward.sql", found.forward), ("rollback.sql", found.rollback)):
            if script.text.encode() != self.files[name]:
                raise _refused(f"{name} is not the text of plan.json", self.folder / name)
        return found

    @cached_property
    def snapshots(self) -> tuple[Any, Any]:
        """Where it starts, and where it ends."""
        names = self.manifest.old.file, self.manifest.new.file
        old, new = (format.decode(self.files[name], str(self.folder / name)) for name in names)
        return old, new

    @cached_property
    def pair(self) -> "Pair":
        """What was compared."""
        return on_version(ask(*self.snapshots, config=self.manifest.settings), self.manifest.server_version)

    @property
    def is_of_this_version(self) -> bool:
        """Was it made by this dbstrata?"""
        return self.manifest.dbstrata == __version__

    def prove(self) -> None:
        """Plan again, which proves; under the version that made it, the SQL must come out the same.

        Raises Refused with the first statement that does not; Defect if a plan does not prove.
        """
        for side, found in zip((self.manifest.old, self.manifest.new), self.pair.prints, strict=True):
            if side.fingerprint != found:
                raise _refused(f"{side.file} is not the snapshot that the manifest names", self.folder / side.file)
        manifest = self.manifest
        made = make(self.pair, manifest.settings, allow=manifest.allow, lock_timeout=manifest.lock_timeout)
        if not self.is_of_this_version:
            return
        for name in sorted(self.files, key=lambda name: name != "plan.json"):  # the others follow from it
            if made.get(name) != self.files[name]:
                what = _difference(self.plan, made[name]) if name == "plan.json" else UNLIKE
                raise _refused(what, self.folder / name)


def open_bundle(path: str, *, expect: str | None = None) -> Bundle:
    """The bundle in that folder, every file checked against the manifest, and that against `expect`."""
    folder = Path(path)
    if not folder.is_dir():
        raise InputError("no such folder", path, "name a folder that `dbstrata bundle` wrote")
    data = _read(folder / MANIFEST)
    sha = digest(data)
    if expect is not None and expect.lower() != sha:
        raise Refused(
            what=f"this is not the bundle that was expected: its manifest has SHA-256 {sha}",
            where=f"{folder / MANIFEST}, and --expect says {expect}",
            next="apply the bundle that was reviewed",
        )
    manifest = _decoded(data, Manifest, folder / MANIFEST, MANIFEST_FORMAT)
    return Bundle(folder, manifest, sha, _files(folder, manifest))


NEEDED = frozenset({"forward.sql", "rollback.sql", "preflight.sql", "verify.sql", "plan.json", "old.json", "new.json"})


def _files(folder: Path, manifest: Manifest) -> Mapping[str, bytes]:
    if missing := sorted((NEEDED | {manifest.old.file, manifest.new.file}) - manifest.files.keys()):
        raise _refused(f"the manifest does not name {', '.join(missing)}", folder / MANIFEST)
    files: dict[str, bytes] = {}
    for name, sha in manifest.files.items():
        if Path(name).name != name:
            raise _refused(f"the manifest names a file outside of the bundle: {name}", folder / MANIFEST)
        files[name] = _read(folder / name)
        if digest(files[name]) != sha:
            raise _refused("the file is not what the manifest says: it was changed, or only half copied", folder / name)
    return files


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _refused("the file is missing", path) from None
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror or error}", str(path), "check its permissions") from error


def _decoded(data: bytes, cls: type[T], path: Path, newest: int) -> T:
    """Raises Refused for what is not such a file, or a newer format of it."""
    try:
        number = msgspec.json.decode(data, type=dict[str, Any]).get("format")
        if isinstance(number, int) and number > newest:
            raise Refused(
                f"format {number}, and this dbstrata reads formats up to {newest}",
                str(path),
                "install a newer dbstrata",
            )
        return msgspec.json.decode(data, type=cls)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refused(f"not such a file: {error}", path) from None


def _difference(found: PlanFile, data: bytes) -> str:
    """Where the file first says something else than the plan that was made anew."""
    made = msgspec.json.decode(data, type=PlanFile)
    for direction in ("forward", "rollback"):
        pairs = zip(getattr(found, direction).statements(), getattr(made, direction).statements(), strict=False)
        for number, (one, other) in enumerate(pairs, 1):
            if one != other:
                words = one.sql.partition("\n")[0]
                return f"statement {number} of {direction} is not what the two snapshots give: {words}"
    return UNLIKE


def _refused(what: str, path: Path) -> Refused:
    return Refused(what, str(path), AGAIN)
