"""What `dbstrata diff` does once the command line is read."""

import sys
from contextlib import nullcontext
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from .report import Report
    from .sources import Pair

__all__ = ["Format", "ReportFormat", "compared", "diff", "may_colour", "verify"]


class Format(StrEnum):
    """How a history is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


class ReportFormat(StrEnum):
    """How differences are printed."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


ROOM = 60_000
"""Characters. A comment on GitHub takes 65,536."""


def diff(
    old: str,
    new: str,
    *,
    format: ReportFormat = ReportFormat.text,
    exit_code: bool = False,
    output: str = "-",
    scope: "Iterable[str] | None" = None,
    ignore: str = "",
    show_spelling: bool = False,
    forward: str | None = None,
    rollback: str | None = None,
    rename: "Iterable[str] | None" = None,
    config: str | None = None,
) -> int:
    """Print what differs, write the scripts that were asked for; the exit code."""
    from .output import write_text
    from .sources import pair, same_file, settings

    known = settings(config)
    scripts = forward is not None or rollback is not None
    if format is ReportFormat.text and not ignore and not scope and not scripts and not rename and same_file(old, new):
        write_text("", output)
        return 0
    both = pair(old, new, config=known, ignore=ignore, scope=scope, rename=rename)
    with _way_back(both, rollback) as back:
        text, different = compared(both, format, show_spelling=show_spelling, colour=output == "-" and may_colour())
        write_text(text, output)
        if forward is not None:
            write_text(_script(both), forward)
        if rollback is not None:
            write_text(back(), rollback)
    return 1 if different and exit_code else 0


def _script(both: "Pair", *, rollback: bool = False) -> str:
    from .plans import make_script

    return make_script(both, rollback=rollback)


def _way_back(both: "Pair", rollback: str | None) -> "AbstractContextManager[Callable[[], str]]":
    """What gives the script back, planned while the rest is done; where it has no file to go to, nothing is begun."""
    from .beside import begun

    work = partial(_script, both.back, rollback=True)
    if rollback is None:
        return nullcontext(work)
    for schema in both.schemas:
        _ = schema.across  # both ways need it
    return begun(work)


def verify(
    snapshot: str,
    url: str,
    *,
    format: ReportFormat = ReportFormat.text,
    scope: "Iterable[str] | None" = None,
    ignore: str = "",
    config: str | None = None,
) -> int:
    """What `dbstrata verify` does once the command line is read: the exit code, 1 for drift."""
    from ..dialects import server
    from .output import write_text
    from .sources import ask, load, merged, settings

    expected = load(snapshot)
    with server(expected.header.dialect).open_executor(url) as session:
        live = session.dump(expected.header)
    found = ask(expected, live, config=merged(settings(config), ignore=ignore, scope=scope).without_hints())
    text, different = compared(found, format, show_spelling=False, colour=may_colour())
    if different or format is not ReportFormat.text:  # cron sends a mail of whatever is printed
        write_text(text, "-")
    return 1 if different else 0


def compared(both: "Pair", format: ReportFormat, *, show_spelling: bool, colour: bool) -> tuple[str, bool]:
    """The report, and whether anything differs."""
    from ..dialects import dialect
    from ..engine import hints
    from ..engine.compare import compare
    from .report import as_data, report

    old, new = both.schemas
    speaks = dialect(old.header.dialect)
    followed = hints.follow(hints.wanted(both.renames, old, new), old, speaks, guess=True)
    old = followed.schema
    changes = compare(old, new, same=speaks.same, ignore=both.ignore)
    found = report(changes, old, new, both.ignore, both.notes, followed.renamings)
    different = bool(changes or followed.renamings)
    if format is ReportFormat.json:
        import msgspec

        data = msgspec.json.encode(as_data(changes, old, new, found, both.prints))
        return msgspec.json.format(data, indent=2).decode() + "\n", different
    return _rendered(found, format, show_spelling=show_spelling, colour=colour), different


def _rendered(found: "Report", format: ReportFormat, *, show_spelling: bool, colour: bool) -> str:
    from ..templates.render import render_report
    from .report import facts, painter

    if format is ReportFormat.text:
        paint = painter(colour=colour)
        return render_report("diff.txt", paint=paint, show_spelling=show_spelling, **facts(found))
    if format is ReportFormat.html:
        return render_report("diff.html", show_spelling=show_spelling, **facts(found))
    shown = len(found.groups)
    while True:
        told = facts(found) | {"groups": found.groups[:shown], "hidden": len(found.groups) - shown}
        text = render_report("diff.md", show_spelling=show_spelling, **told)
        if len(text) <= ROOM or not shown:
            return text
        shown = min(shown - 1, shown * ROOM // len(text))


def may_colour() -> bool:
    """On a terminal, unless NO_COLOR (no-color.org) says otherwise."""
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
