"""report.html, report.md, RUNBOOK.md: whole, safe whatever the names, and without a request."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dbstrata.snapshots.model import Object
from dbstrata.snapshots.postgres import Check, Column, Schema, View

from ..cli.commands import run, snapshot, table, written
from ..docs.pictures import CHROMIUM, taken
from ..lab import SHARED, Lab, pagila
from .bundles import world

PUBLIC = Schema(name="public", owner="pg_database_owner", comment="standard public schema")
NASTY = "<script>alert(1)</script>&\"'`|*{{ 7 * 7 }}"
VOID = {"meta", "link", "path", "rect", "br"}


class Page(HTMLParser):
    """Tags that open and close as they should, and what they ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.asked: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.asked += [value or "" for name, value in attrs if name in ("src", "href", "action", "data", "srcset")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag, tag


def bundled(folder: Path, old: tuple[Object, ...], new: tuple[Object, ...]) -> Path:
    paths = written(folder, "a.json", snapshot(PUBLIC, *old)), written(folder, "b.json", snapshot(PUBLIC, *new))
    done = run("bundle", *paths, "-o", folder / "release", "--allow", "DB*")
    assert done.code == 0, done.err
    return folder / "release"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    old = (table(NASTY, Column(name=NASTY, type="integer"), Column(name="gone", type="text")), table("leaving"))
    key = Check(name=NASTY, expression=f"(length('{NASTY.replace(chr(39), chr(39) * 2)}') > 0)")
    new = (
        table(NASTY, Column(name=NASTY, type="bigint", not_null=True), constraints=(key,), comment=NASTY),
        View(schema="public", name="v", query=" SELECT 1 AS one"),
    )
    return bundled(tmp_path, old, new)


def test_the_page_is_whole_and_asks_for_nothing(release: Path) -> None:
    text = (release / "report.html").read_text()
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert "script" not in page.tags
    assert page.asked == ["data:,"]
    assert page.ids == ["risks", "changes", "graph", "locks", "order", "back"]
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "49" not in re.findall(r"\b49\b", text.partition("<main>")[2])


def test_the_difference_as_a_page(release: Path) -> None:
    """`diff --format html`: of the snapshots in the bundle, as careful as the report."""
    done = run("diff", release / "old.json", release / "new.json", "--format", "html")
    assert done.code == 0, done.err
    page = Page()
    page.feed(done.out)
    page.close()
    assert page.open == []
    assert page.asked == ["data:,"]
    assert "script" not in page.tags
    assert "&lt;script&gt;alert(1)" in done.out
    assert "table public.leaving" in done.out
    assert "bigint" in done.out
    assert run("diff", release / "old.json", release / "old.json", "--format", "html").out.count("Nothing.") == 1


def test_what_is_lost_comes_first_and_the_runbook_gives_the_commands(release: Path) -> None:
    report = (release / "report.md").read_text()
    risks = re.findall(r"^- \*\*(DB\d+)\*\*", report, re.MULTILINE)
    assert risks[0].startswith("DB1")
    runbook = (release / "RUNBOOK.md").read_text()
    for command in ("pg_dump ", "dbstrata apply BUNDLE URL", "preflight.sql", "dbstrata rollback BUNDLE URL"):
        assert command in runbook
    assert "drop table public.leaving" in runbook


def test_nothing_changes_is_a_bundle_too(tmp_path: Path) -> None:
    release = bundled(tmp_path, (table("t"),), (table("t"),))
    assert "None is known." in (release / "report.html").read_text()
    assert run("check", release).code == 0


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path")
@pytest.mark.parametrize("scheme", ["0", "1"])
def test_a_browser_shows_it_without_an_error(release: Path, tmp_path: Path, scheme: str) -> None:
    """Dark and light, as wide as a phone."""
    assert_shown(release, tmp_path, scheme)


@pytest.mark.skipif(CHROMIUM is None or SHARED is None, reason="no chromium on the path, or no shared folder")
def test_a_browser_shows_a_large_one_without_an_error(lab: Lab, tmp_path: Path) -> None:
    """Two releases of a schema that nobody here wrote."""
    case = pagila()
    made = world(lab, tmp_path, case.a, case.b, "--allow", "DB*")
    assert_shown(made.path, tmp_path, "1")


def assert_shown(release: Path, tmp_path: Path, scheme: str) -> None:
    """A console message would stand on stderr. The page's own policy forbids every request, and one that is made all
    the same is a message."""
    assert "default-src 'none'" in (release / "report.html").read_text()
    picture = tmp_path / "page.png"
    said = taken(release / "report.html", picture, scheme, 390, 800)
    assert picture.stat().st_size > 10_000
    assert "CONSOLE" not in said
