"""From two snapshots to a bundle: every file as bytes, then the folder.

The same snapshots, settings and version give the same bytes: nothing here knows the time, the machine or a path.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ... import __version__
from ...snapshots import format
from ...snapshots.errors import InputError
from ...templates.render import render_page
from ..plans import allowances, make_plan, written_down
from ..sources import EMPTY, ask, load_both, merged, on_version, settings
from .judging import enforce
from .model import MANIFEST_FORMAT, PLAN_FORMAT, Check, Manifest, PlanFile, Side, as_file
from .reporting import reports

if TYPE_CHECKING:
    from ..config import Config
    from ..sources import Pair

__all__ = ["MANIFEST", "Made", "digest", "make", "make_bundle"]

MANIFEST = "manifest.json"


class Made:
    """Both plans of a pair, as scripts, with what is asked before and after."""

    def __init__(self, pair: "Pair", config: "Config", *, allow: Iterable[str] = (), lock_timeout: str = "10s") -> None:
        from ...dialects import checks

        words, _ = allowances(allow)
        self.pair = pair
        self.forward, self.rollback = make_plan(pair, allow=words), make_plan(pair.back, allow=words)
        asks = checks(pair.old.header.dialect)
        forward = written_down(self.forward, pair, lock_timeout=lock_timeout)
        steps, large = self.forward.steps, config.preflight.large_table_mb
        questions = asks.before(steps, *pair.schemas, forward.roles, server=pair.server, large=large)
        self.plan = PlanFile(
            format=PLAN_FORMAT,
            forward=forward,
            rollback=written_down(self.rollback, pair.back, rollback=True, lock_timeout=lock_timeout),
            preflight=tuple(Check(**q._asdict()) for q in questions),
            verify=tuple(Check(**q._asdict()) for q in asks.after(steps, *pair.schemas, large=large)),
        )


def make_bundle(
    old: str,
    new: str,
    output: str,
    *,
    scope: Iterable[str] | None = None,
    ignore: str = "",
    allow: Iterable[str] = (),
    lock_timeout: str = "10s",
    rename: Iterable[str] | None = None,
    using: Iterable[str] | None = None,
    server_version: str | None = None,
    config: str | None = None,
) -> str:
    """What `dbstrata bundle` does once the command line is read. The SHA-256 of the manifest, which pins it all."""
    before, after = load_both(old, new)
    found = merged(settings(config), ignore=ignore, scope=scope, rename=rename, using=using)
    if EMPTY in (old, new):
        found = found.without_hints()
    pair = on_version(ask(before, after, config=found), server_version)
    made = make(pair, found, allow=tuple(allow), lock_timeout=lock_timeout)
    write(made, Path(output))
    return digest(made[MANIFEST])


def make(pair: "Pair", config: "Config", *, allow: tuple[str, ...] = (), lock_timeout: str = "10s") -> dict[str, bytes]:
    """The files, by name. Raises Refused where the policy refuses the way forward, or there is none."""
    made = Made(pair, config, allow=allow, lock_timeout=lock_timeout)
    enforce(made.plan.forward, config, allow)
    found = {
        "forward.sql": made.plan.forward.text.encode(),
        "rollback.sql": made.plan.rollback.text.encode(),
        **{name: _questions(pair.old.header.dialect, made.plan, name).encode() for name in QUESTIONS},
        "plan.json": as_file(made.plan),
        "old.json": format.encode(pair.whole_old),
        "new.json": format.encode(pair.whole_new),
        **reports(made, config, allow),
    }
    return {**found, MANIFEST: as_file(_manifest(made, config, allow, lock_timeout, found))}


class _Words(NamedTuple):
    checks: str
    """The field of the plan."""
    title: str
    clear: str
    problems: str


QUESTIONS = {
    "preflight.sql": _Words(
        "preflight",
        "preflight: is this where forward.sql starts, and will its rows let it through?",
        "preflight: all clear, forward.sql can run",
        " in the way: do not run forward.sql",
    ),
    "verify.sql": _Words(
        "verify",
        "after forward.sql: is all sound that no schema shows?",
        "verify: all sound",
        " to be mended",
    ),
}
"""The files of checks. Their last line says one thing or the other; the other behind a number."""


def _questions(dialect: str, plan: PlanFile, name: str) -> str:
    words = QUESTIONS[name]
    facts = words._asdict() | {"checks": getattr(plan, words.checks)}
    return render_page(f"{dialect}/ask.sql", dialect, file=name, **facts)


def _manifest(
    made: Made, config: "Config", allow: tuple[str, ...], lock_timeout: str, found: Mapping[str, bytes]
) -> Manifest:
    pair = made.pair
    headers = pair.whole_old.header, pair.whole_new.header
    sides = [
        Side(file=name, fingerprint=fingerprint, server=f"{header.flavour} {header.version}")
        for name, fingerprint, header in zip(("old.json", "new.json"), pair.prints, headers, strict=True)
    ]
    return Manifest(
        format=MANIFEST_FORMAT,
        dbstrata=__version__,
        dialect=headers[0].dialect,
        old=sides[0],
        new=sides[1],
        server_version=pair.asked.version if pair.asked is not None else None,
        risks={"forward": made.plan.forward.codes(), "rollback": made.plan.rollback.codes()},
        lock_timeout=lock_timeout,
        allow=allow,
        settings=config,
        files={name: digest(data) for name, data in sorted(found.items())},
    )


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write(made: Mapping[str, bytes], folder: Path) -> None:
    """The folder, whole or not at all: it is written aside and renamed. The same bundle already there is left.

    Raises InputError if anything else is there, or it can't be written.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        if _is_there(made, folder):
            return
        raise InputError("there is something already", str(folder), "remove it, or name another folder with -o")
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir()
        for name, data in made.items():
            with (aside / name).open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        aside.replace(folder)
    except OSError as error:
        raise InputError(
            f"cannot write the bundle: {error.strerror or error}", str(folder), "free some space, or name another place"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _is_there(made: Mapping[str, bytes], folder: Path) -> bool:
    return folder.is_dir() and all(
        (folder / name).is_file() and (folder / name).read_bytes() == data for name, data in made.items()
    )
