"""dbstrata.toml: what it holds reaches the commands, and what it can't mean is an error."""

from pathlib import Path

import pytest

from dbstrata.cli.config import Config, Ignore, Partitions, Rename, load
from dbstrata.snapshots.errors import InputError
from dbstrata.snapshots.model import Scope
from dbstrata.snapshots.naming import Identity
from dbstrata.snapshots.postgres import PartitionKey, PartitionKeyPart, Sequence, Statistics

from ..servers import Database
from .commands import refused, run, snapshot, table, written

ALL = """
[scope]
schemas = ["app", "api_*"]
exclude_schemas = ["api_old"]
exclude = ["tmp_*"]

[ignore]
attributes = ["owner"]
objects = ["table app.junk"]

[[partitions]]
table = "app.events"
managed = true

[[renames]]
from = "table app.a"
to = "table app.b"
"""


def test_all_of_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(ALL)
    assert load(str(file)) == Config(
        scope=Scope(schemas=("app", "api_*"), exclude_schemas=("api_old",), exclude=("tmp_*",)),
        ignore=Ignore(attributes=("owner",), objects=("table app.junk",)),
        partitions=(Partitions(table="app.events", managed=True),),
        renames=(Rename(old="table app.a", new="table app.b"),),
    )


def test_it_is_found_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load() == Config()
    Path("pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert load() == Config()
    Path("pyproject.toml").write_text("[tool.dbstrata.ignore]\nattributes = ['owner']\n")
    assert load().ignore.attributes == ("owner",)
    Path("dbstrata.toml").write_text("[ignore]\nattributes = ['acl']\n")
    assert load().ignore.attributes == ("acl",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[scope]\nschema = ['a']", "unknown key `schema`: dbstrata.toml: scope;"),
        ("colour = true", "unknown key `colour`: dbstrata.toml;"),
        ("[[partitions]]\nmanaged = true", "missing required field `table`: dbstrata.toml: partitions[0];"),
        (
            "[[partitions]]\ntable = 'a'\nmanaged = 'yes'",
            "expected `bool`, got `str`: dbstrata.toml: partitions[0].managed;",
        ),
        ("[scope", "cannot read the settings: "),
        ("[ignore]\nattributes = ['onwer']", "no attribute 'onwer': --ignore, or [ignore] in the settings;"),
        (
            "[[renames]]\nfrom = 'table s.a'\nto = 'table s.b'",
            "OLD has no table s.a: the rename hint table s.a -> table s.b;",
        ),
        ("[policy]\ncode = {}", "unknown key `code`: dbstrata.toml: policy;"),
        ("[policy.codes]\nDB999 = 'allow'", "no such code 'DB999': dbstrata.toml: policy;"),
        ("[policy.codes]\nDB101 = 'ignore'", "invalid enum value 'ignore': dbstrata.toml: policy.codes[...];"),
        (
            "[[policy.rule]]\ncode = 'DB101'\naction = 'allow'",
            "missing required field `reason`: dbstrata.toml: policy.rule[0];",
        ),
    ],
)
def test_what_it_cannot_mean_is_an_error(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = written(tmp_path, "old.json", snapshot()), written(tmp_path, "new.json", snapshot(table("t")))
    Path("dbstrata.toml").write_text(text)
    assert refused(run("diff", old, new), 2).startswith(f"dbstrata: {message}")


def test_a_named_file_must_be_there_and_speak_of_dbstrata(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(str(tmp_path / "none.toml"))
    (tmp_path / "pyproject.toml").write_text("")
    with pytest.raises(InputError, match=r"no table \[tool.dbstrata\]"):
        load(str(tmp_path / "pyproject.toml"))


def test_its_scope_and_ignored_objects_hold_for_both_sides(tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text(ALL.partition("[[renames]]")[0])
    old = written(tmp_path, "old.json", snapshot(table("t", schema="other"), table("junk", schema="app")))
    new = written(tmp_path, "new.json", snapshot(table("t", schema="app"), table("tmp_1", schema="app")))
    found = run("diff", old, new, "--config", settings).out
    assert [line for line in found.splitlines() if line.startswith(("+", "-"))] == ["+ table app.t"]


EVENTS = Identity("table public.events")


def test_a_managed_partition_takes_along_what_goes_with_it(tmp_path: Path) -> None:
    """Partitions of partitions, sequences that their columns own, statistics on them."""
    key = PartitionKey(strategy="hash", parts=(PartitionKeyPart(column=Identity("column public.events.id")),))
    inner = PartitionKey(strategy="hash", parts=(PartitionKeyPart(column=Identity("column public.p.id")),))
    partition = Identity("table public.p")
    old = snapshot(
        table("events", partition_by=key),
        table("p", partition_of=EVENTS, bound="FOR VALUES WITH (modulus 1, remainder 0)", partition_by=inner),
        table("pp", partition_of=partition, bound="DEFAULT"),
        Sequence(schema="public", name="s", owned_by=Identity("column public.pp.id")),
        Statistics(schema="public", name="st", table=partition, columns=(Identity("column public.p.id"),)),
    )
    files = (
        written(tmp_path, "old.json", old),
        written(tmp_path, "new.json", snapshot(table("events", partition_by=key))),
    )
    settings = tmp_path / "s.toml"
    settings.write_text("[[partitions]]\ntable = 'public.events'\nmanaged = true\n")
    assert run("diff", *files, "--config", settings, "--exit-code").code == 0
    settings.write_text("[[partitions]]\ntable = 'public.events'\n")
    assert run("diff", *files, "--config", settings, "--exit-code").code == 1


TABLE = """
CREATE TABLE events (at date NOT NULL, v integer) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
"""
NEXT = """
ALTER TABLE events ADD COLUMN note text DEFAULT 'x', ADD PRIMARY KEY (at), ADD CHECK (v > 0);
ALTER TABLE events ALTER COLUMN v TYPE bigint;
CREATE INDEX events_v ON events (v);
DROP TABLE events_2024;
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
"""
RUN_TIME = """
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO events VALUES ('2024-05-05', 1), ('2025-05-05', 2);
"""


def test_run_time_partitions_survive_the_way_there_and_back(
    database: Database, database2: Database, tmp_path: Path
) -> None:
    """What the job made since the dump stays, and what is done to the parent reaches it."""
    database.psql(TABLE)
    database2.psql(TABLE + NEXT)
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    for source, path in ((database, old), (database2, new)):
        assert run("dump", "postgres", source.url, "-o", path).code == 0
    settings = tmp_path / "s.toml"
    settings.write_text("[[partitions]]\ntable = 'public.events'\nmanaged = true\n")
    forward, back = tmp_path / "forward.sql", tmp_path / "back.sql"
    assert run("script", old, new, "-o", forward, "--config", settings) == (0, "", "")
    assert run("script", old, new, "-o", back, "--config", settings, "--rollback") == (0, "", "")
    assert "DATA LOSS" not in forward.read_text()
    before = _described(database)
    database.psql(RUN_TIME)
    first = _described(database)
    database.script(forward)
    assert database.psql("SELECT tableoid::regclass, at, v, note FROM events ORDER BY at").splitlines() == [
        "events_2024|2024-05-05|1|x",
        "events_2025|2025-05-05|2|x",
    ]
    indexes = database.psql("SELECT count(*) FROM pg_indexes WHERE tablename = 'events_2025'").strip()
    assert indexes == "2"
    assert database.psql("SELECT count(*) FROM pg_index WHERE NOT indisvalid").strip() == "0"
    database.script(back)
    assert _described(database) == first != before
    assert database.psql("SELECT count(*) FROM events").strip() == "2"


def test_without_the_setting_a_dropped_partition_is_data_loss(
    database: Database, database2: Database, tmp_path: Path
) -> None:
    database.psql(TABLE)
    database2.psql(TABLE + NEXT)
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    for source, path in ((database, old), (database2, new)):
        assert run("dump", "postgres", source.url, "-o", path).code == 0
    found = run("script", old, new).out
    line = "-- DATA LOSS: drop table public.events_2024: every row of the table"
    assert found.count(line) == 2  # in the header, and where it happens


def _described(database: Database) -> list[str]:
    return database.canonical()
