"""`dbstrata diff`: what people, programs and pull requests read of it."""

import json
from pathlib import Path

import msgspec
import pytest

from dbstrata.cli.narrow import narrowed
from dbstrata.snapshots import mysql
from dbstrata.snapshots.model import Grant, Scope, Unmodelled
from dbstrata.snapshots.naming import Identity
from dbstrata.snapshots.postgres import Check, Column, Default, DefaultPrivileges, Index, IndexPart, View

from .commands import refused, run, snapshot, table, written

OLD = snapshot(
    table(
        "orders",
        Column(name="id", type="integer"),
        Column(name="total", type="numeric(8,2)"),
        Column(name="gone", type="text"),
        comment="old",
        owner="anna",
    ),
    table("same"),
    View(schema="public", name="v", query=("SELECT 1,", "  2,", "  3")),
)
NEW = snapshot(
    table(
        "orders",
        Column(name="id", type="bigint"),
        Column(name="total", type="numeric(10,2)", not_null=True),
        Column(name="note", type="text", default=Default(expression="'x'::text")),
        comment="new",
        owner="bert",
        constraints=(Check(name="positive", expression="(total > 0)"),),
        indexes=(Index(name="by_note", parts=(IndexPart(column=Identity("column public.orders.note")),)),),
    ),
    table("same"),
    table("fresh", acl=(Grant(to="anna", privileges=("SELECT",)),)),
    View(schema="public", name="v", query=("SELECT 1,", "  22,", "  3")),
)

TEXT = """\
+ table public.fresh
    + column id: type integer

± table public.orders
    comment: old -> new
    owner: anna -> bert
    ± column id
        type: integer -> bigint
    ± column total
        type: numeric(8,2) -> numeric(10,2)
        not null: no -> yes
    - column gone
    + column note: type text
    + default note: expression 'x'::text
    + check positive: expression (total > 0)
    + index by_note: parts column public.orders.note

± view public.v
    query:
       SELECT 1,
      -  2,
      +  22,
         3

4 created, 1 dropped, 4 altered
"""

MARKDOWN = """\
### Schema: 4 created, 1 dropped, 4 altered

- **+** `table public.fresh`
  - **+** `column id`: `type integer`
- **±** `table public.orders`
  - comment: `old` → `new`
  - owner: `anna` → `bert`
  - **±** `column id`
    - type: `integer` → `bigint`
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """OLD and NEW as files, in a working directory without settings."""
    monkeypatch.chdir(tmp_path)
    return written(tmp_path, "old.json", OLD), written(tmp_path, "new.json", NEW)


def test_text_is_grouped_by_table(files: tuple[Path, Path]) -> None:
    assert run("diff", *files) == (0, TEXT, "")


def test_exit_code_is_asked_for(files: tuple[Path, Path]) -> None:
    assert run("diff", *files, "--exit-code").code == 1
    assert run("diff", files[0], files[0], "--exit-code") == (0, "", "")
    assert run("diff", files[0], "-", "--exit-code", stdin=files[0].read_bytes()) == (0, "", "")


def test_a_terminal_is_shown_colours_unless_it_says_no(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = run("diff", *files, terminal=True).out
    assert "\x1b[32m+ table public.fresh\x1b[0m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("diff", *files, terminal=True).out == TEXT


def test_markdown_begins_with_the_numbers(files: tuple[Path, Path]) -> None:
    found = run("diff", *files, "--format", "markdown").out
    assert found.startswith(MARKDOWN)
    assert "    ```diff\n     SELECT 1,\n    -  2,\n    +  22,\n       3\n    ```\n" in found


def test_markdown_fits_a_comment(tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", snapshot())
    many = written(tmp_path, "many.json", snapshot(*(table(f"t{n:05}") for n in range(5000))))
    found = run("diff", old, many, "--format", "markdown").out
    assert len(found) <= 60_000
    assert "more top-level objects" in found


def test_a_new_text_is_read_as_one(tmp_path: Path) -> None:
    view = View(schema="public", name="late", query=(" SELECT id,", "    note", "   FROM public.orders"))
    old, new = written(tmp_path, "old.json", OLD), written(tmp_path, "new.json", snapshot(table("same"), view))
    assert "+ view public.late: query SELECT id, note FROM public.orders\n" in run("diff", old, new).out


def test_names_do_not_leave_their_place(tmp_path: Path) -> None:
    nasty = table("a`b``c\n# boo\u2028\x1b[31m*/", comment="``` \n```\n</details>")
    old, new = (
        written(tmp_path, "old.json", snapshot(table("t", comment="x\ny"))),
        written(tmp_path, "new.json", snapshot(nasty, table("t", comment=("````", "# no")))),
    )
    text = run("diff", old, new).out
    assert "\x1b" not in text
    assert "\n# boo" not in text
    markdown = run("diff", old, new, "--format", "markdown").out
    assert '```table public."a`b``c # boo  [31m*/"```' in markdown
    assert "  `````diff\n" in markdown


def test_json_tells_each_object_with_its_attributes(files: tuple[Path, Path]) -> None:
    found = json.loads(run("diff", *files, "--format", "json").out)
    assert list(found) == [
        *("version", "old", "new", "summary", "changes", "not_compared", "renamed", "taken_out", "spelling")
    ]
    assert found["version"] == 1
    assert found["summary"] == {"created": 4, "dropped": 1, "altered": 4}
    assert found["old"]["version"] == "18.6"
    by_identity = {change["identity"]: change for change in found["changes"]}
    assert by_identity["column public.orders.total"] == {
        "identity": "column public.orders.total",
        "kind": "column",
        "within": "table public.orders",
        "change": "altered",
        "derived": False,
        "attributes": [
            {"name": "type", "old": "numeric(8,2)", "new": "numeric(10,2)"},
            {"name": "not_null", "old": False, "new": True},
        ],
    }
    assert by_identity["column public.orders.note"]["change"] == "created"
    assert {"name": "type", "old": None, "new": "text"} in by_identity["column public.orders.note"]["attributes"]
    assert by_identity["view public.v"]["attributes"][0]["new"] == ["SELECT 1,", "  22,", "  3"]


def test_json_of_equal_files_is_whole(files: tuple[Path, Path]) -> None:
    assert json.loads(run("diff", files[0], files[0], "--format", "json").out)["changes"] == []


def test_ignored_attributes_are_left_out_and_named(files: tuple[Path, Path]) -> None:
    found = run("diff", *files, "--ignore", "owner,comment,privileges").out
    assert "anna" not in found
    assert "comment:" not in found
    assert "not compared: privileges (ignored), comment (ignored), owner (ignored)\n" in found


def test_what_is_nothing_but_privileges_is_left_out_with_them(tmp_path: Path) -> None:
    """Ignored or not read: a default privilege that is on one side alone is neither dropped nor made."""
    said = (
        DefaultPrivileges(name="app", objects="tables", schema="s", acl=(Grant(to="PUBLIC", privileges=("SELECT",)),)),
        Unmodelled(name="table pg_catalog.pg_authid", type="privileges", digest="1"),
    )
    old = written(tmp_path, "old.json", snapshot(table("t"), *said))
    new = written(tmp_path, "new.json", snapshot(table("t")))
    unread = written(tmp_path, "unread.json", snapshot(table("t"), not_read=("acl",)))
    assert "2 dropped" in run("diff", old, new).out
    assert run("diff", old, new, "--ignore", "privileges").out == "not compared: privileges (ignored)\n"
    assert run("diff", old, unread).out == "not compared: privileges (not in NEW)\n"
    for command in (("script", old, unread), ("script", old, unread, "--rollback"), ("script", old, new)):
        found = run(*command, "--ignore", "privileges")
        assert "Nothing to do" in found.out
        assert "ALTER DEFAULT" not in found.out


def test_ignored_objects_are_taken_out_of_both(files: tuple[Path, Path]) -> None:
    found = run("diff", *files, "--ignore", "table public.fresh,column public.orders.*,view *").out
    assert "fresh:" not in found
    assert "± column" not in found
    assert "left out on both sides: what matches view *, which is ignored\n" in found


def test_an_attribute_that_nobody_has_is_an_error(files: tuple[Path, Path]) -> None:
    assert "no attribute 'onwer'" in refused(run("diff", *files, "--ignore", "onwer"), 2)


def test_what_was_not_read_is_named(tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", snapshot(table("t"), not_read=("owner", "acl")))
    new = written(tmp_path, "new.json", snapshot(table("t", owner="anna")))
    assert run("diff", old, new).out == "not compared: privileges (not in OLD), owner (not in OLD)\n"


def test_two_scopes_are_not_compared_unless_it_is_said_what(tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", snapshot(table("t", schema="a"), scope=Scope(schemas=("a",))))
    new = written(tmp_path, "new.json", snapshot(table("t", schema="a"), table("t", schema="b")))
    assert "different scopes: schemas a, and all schemas" in refused(run("diff", old, new), 2)
    assert run("diff", old, new, "--scope", "a").out == "left out on both sides: 1 object outside of schemas a\n"
    assert "nothing to compare" in refused(run("diff", old, new, "--scope", "typo"), 2)


def test_a_scope_covers_no_more_than_both_dumps() -> None:
    old = snapshot(table("t", schema="a"), scope=Scope(schemas=("a",)))
    new = snapshot(table("t", schema="a"), table("t", schema="b"), scope=Scope(exclude=("b.x",)))
    found = narrowed(old, new, scope=Scope(schemas=("a", "b")))
    assert [obj.identity() for obj in found.new.objects] == ["table a.t"]


def test_two_dialects_are_bad_input(files: tuple[Path, Path], tmp_path: Path) -> None:
    header = msgspec.structs.replace(NEW.header, dialect="mysql", flavour="mysql")
    other = written(tmp_path, "other.json", mysql.Snapshot(header=header))
    for verb in ("diff", "script"):
        said = refused(run(verb, files[0], other), 2)
        assert "a postgres snapshot and a mysql snapshot have nothing to compare" in said


def test_unmodelled_objects_are_shown(tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", snapshot(Unmodelled(name="(a AS b)", type="cast", digest="1")))
    new = written(tmp_path, "new.json", snapshot(Unmodelled(name="(a AS b)", type="cast", digest="2")))
    assert "± unmodelled cast (a AS b)\n    digest: 1 -> 2\n" in run("diff", old, new).out


def test_the_output_goes_to_a_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert run("diff", *files, "-o", tmp_path / "diff.txt") == (0, "", "")
    assert (tmp_path / "diff.txt").read_text(encoding="utf-8") == TEXT
    assert "cannot write" in refused(run("diff", *files, "-o", tmp_path / "no" / "such"), 2)
