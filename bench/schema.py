"""The benchmark's schemas: invented, of any size, the same for the same numbers.

A table has a dozen columns of mixed types, many with defaults, a primary key, two indexes, a check, mostly a foreign
key (some make cycles) and comments. For every ten tables there are a view, each third on the one before it, and a
trigger with its function. `changed` percent of the tables, views and functions differ in the second version; a tenth
of that many tables are dropped, and as many are new.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

__all__ = ["database"]

SEED = 7
BATCH = 400
"""Statements in a transaction: each table takes locks, of which a server has not many."""
TYPES_IN = "s0"
"""The schema of the enum and of the domain."""


@dataclass(frozen=True)
class Type:
    """What a column can be."""

    name: str
    default: str | None = None
    wider: str | None = None
    """To what it can be changed and keep its values."""
    use: str = ""
    """`number`, `text`: what indexes, checks and views can do with it."""


TYPES = (
    Type("integer", "0", "bigint", use="number"),
    Type("smallint", "1", "integer", use="number"),
    Type("bigint", None, "numeric(20,0)", use="number"),
    Type("numeric(10,2)", "0.00", "numeric(14,4)", use="number"),
    Type("double precision", use="number"),
    Type("text", use="text"),
    Type("text", "''", use="text"),
    Type("varchar(50)", "'none'", "varchar(200)", use="text"),
    Type("varchar(200)", None, "text", use="text"),
    Type("char(2)", "'DE'", "varchar(8)", use="text"),
    Type("boolean", "true"),
    Type("date", None, "timestamp"),
    Type("timestamp", None, "timestamptz"),
    Type("timestamptz", "now()"),
    Type("interval"),
    Type("uuid", "gen_random_uuid()"),
    Type("jsonb", "'{}'::jsonb"),
    Type("integer[]", "'{}'"),
    Type("cidr"),
    Type(f"{TYPES_IN}.state", "'new'"),
    Type(f"{TYPES_IN}.zip"),
)
NUMBERS = tuple(t for t in TYPES if t.use == "number")
TEXTS = tuple(t for t in TYPES if t.use == "text")

THINGS = """animal author bank bill book branch bus cable camera cinema city class client coach contact course crew deal
    dish doctor driver farm fee film flight garden group guest harbour hotel house job journey key kitchen lecture loan
    machine market meal member museum office owner park parcel part patient pay pet plant port price prize race ride
    road room school seat ship shop song stage station street student table teacher test tool tour trade trip tyre
    village visit wage week zone""".split()
TRAITS = """age area base brand built capacity category charge closed colour copies cost day depth due duration edition
    ending extent factor filled flag floor form grade hint hour index invoice issue kind label late length lines
    load mail mark maximum mean minimum missing month motto nation need next note open part paid place plan points pos
    power previous rate reach remark repeat result round score season series share side sign since speed stand start
    step stock sum target term theme title total turn unit until usage value view wait way week weight width year
    yield_""".split()


@dataclass
class Column:
    """One column, besides `id` and `parent`, which every table has."""

    name: str
    type: str
    default: str | None = None
    not_null: bool = False


@dataclass
class Table:
    """One table."""

    number: int
    schema: str
    name: str
    columns: list[Column]
    amount: str
    """A column of numbers, checked, indexed, and used by views and triggers."""
    title: str
    """A column of text, likewise."""
    least: int
    unique: bool
    comment: str
    refers_to: int | None
    on_delete: str
    second_index: list[str] = field(default_factory=list[str])

    @property
    def path(self) -> str:
        """Its qualified name."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class View:
    """One view."""

    number: int
    limit: int
    highest: bool = False
    """Whether it has one column more, at the end."""


@dataclass(frozen=True)
class Function:
    """One trigger function, and the trigger that calls it."""

    number: int
    step: int


def database(tables: int, *, changed: float = 0) -> str:
    """The SQL that makes it, for psql. `changed`: percent; 0 is the first version."""
    return "\n".join(_Database(tables, changed / 100).statements()) + "\n"


def _random(*key: object) -> Random:
    """An own one for each thing: a change of one leaves all others as they were."""
    return Random(":".join(map(str, (SEED, *key))))


class _Database:
    def __init__(self, count: int, share: float) -> None:
        self.count = count
        self.schemas = min(20, max(4, count // 100))
        self.second = share > 0
        self.tables = {n: self._table(n) for n in range(count)}
        tens = range(count // 10)
        self.views = [View(n, _random("view", n).randint(2, 90)) for n in tens]
        self.functions = [Function(n, _random("function", n).randint(1, 9)) for n in tens]
        if self.second:
            self._change(share)

    def _table(self, number: int) -> Table:
        random = _random("table", number)
        names = random.sample(TRAITS, random.randint(6, 10))
        types = [random.choice(NUMBERS), random.choice(TEXTS), *random.choices(TYPES, k=len(names) - 2)]
        columns = [
            Column(name, t.name, t.default, not_null=random.random() < 0.5)
            for name, t in zip(names, types, strict=True)
        ]
        thing = random.choice(THINGS)
        return Table(
            number=number,
            schema=f"s{number % self.schemas}",
            name=f"{thing}{number:05}",
            columns=columns,
            amount=names[0],
            title=names[1],
            least=random.choice([0, 1, 10]),
            unique=random.random() < 0.1,
            comment=f"One row a {thing}; table {number}, as they're counted",
            refers_to=self._referred(number, random),
            on_delete=random.choice(["CASCADE", "SET NULL", "RESTRICT"]),
            second_index=[next(reversed([n for n, t in zip(names, types, strict=True) if t in NUMBERS]))],
        )

    def _referred(self, number: int, random: Random) -> int | None:
        """Mostly a table before it; sometimes any, itself among them."""
        if random.random() < 0.1:
            return None
        return random.randrange(self.count) if random.random() < 0.15 else random.randrange(max(1, number))

    # the second version

    def _change(self, share: float) -> None:
        random = _random("change")
        for table in self.tables.values():
            if _random("changed", table.number).random() < share:
                _alter(table)
        used = {10 * v.number + k for v in self.views for k in (0, 1)} | {10 * f.number + 5 for f in self.functions}
        gone = random.sample(sorted(self.tables.keys() - used), max(1, round(self.count * share / 10)))
        new = [self._table(self.count + n) for n in range(len(gone))]
        for number in gone:
            del self.tables[number]
        self.tables |= {table.number: table for table in new}
        for table in self.tables.values():
            if table.refers_to not in self.tables:
                table.refers_to = None
        self.views = [self._changed_view(view, share) for view in self.views]
        self.functions = [
            replace(f, step=f.step + 10) if _random("changed function", f.number).random() < share else f
            for f in self.functions
        ]

    @staticmethod
    def _changed_view(view: View, share: float) -> View:
        random = _random("changed view", view.number)
        if random.random() >= share:
            return view
        return replace(view, limit=view.limit + 100, highest=random.random() < 0.5)

    # as SQL

    def statements(self) -> Iterator[str]:
        """All of it; in transactions."""
        yield "SET client_min_messages = warning;"
        yield from (f"CREATE SCHEMA s{n};" for n in range(self.schemas))
        labels = ["new", "checked", "closed", *(["kept"] if self.second else [])]
        yield f"CREATE TYPE {TYPES_IN}.state AS ENUM ({', '.join(map(_literal, labels))});"
        yield f"CREATE DOMAIN {TYPES_IN}.zip AS text CHECK (VALUE ~ '^[0-9]+$');"
        parts = [
            *map(_create_table, self.tables.values()),
            *(self._foreign_key(table) for table in self.tables.values() if table.refers_to is not None),
            *map(self._create_view, self.views),
            *map(self._create_function, self.functions),
        ]
        for first in range(0, len(parts), BATCH):
            yield from ["BEGIN;", *parts[first : first + BATCH], "COMMIT;"]

    def _foreign_key(self, table: Table) -> str:
        assert table.refers_to is not None
        return (
            f"ALTER TABLE {table.path} ADD CONSTRAINT {table.name}_parent FOREIGN KEY (parent) "
            f"REFERENCES {self.tables[table.refers_to].path} (id) ON DELETE {table.on_delete};"
        )

    def _view_path(self, number: int) -> str:
        return f"s{number * 10 % self.schemas}.overview{number:05}"

    def _create_view(self, view: View) -> str:
        one, other = self.tables[10 * view.number], self.tables[10 * view.number + 1]
        begin = f"CREATE VIEW {self._view_path(view.number)} AS SELECT "
        highest = f", max(a.{one.amount}) AS highest" if view.highest else ""
        if view.number % 3 == 2:
            below = self._view_path(view.number - 1)
            highest = ", v.newest AS highest" if view.highest else ""
            return (
                f"{begin}v.title, v.number * {view.limit} AS scaled, a.id, coalesce(a.{one.amount}, 0) AS amount"
                f"{highest} FROM {below} v JOIN {one.path} a ON a.id = v.newest WHERE v.many > {view.limit};"
            )
        return (
            f"{begin}a.{one.title} AS title, count(*) AS number, max(b.id) AS newest, "
            f"sum(CASE WHEN a.{one.amount} >= {view.limit} THEN 1 ELSE 0 END) AS many{highest} "
            f"FROM {one.path} a LEFT JOIN {other.path} b ON b.parent = a.id AND b.{other.amount} IS NOT NULL "
            f"WHERE a.{one.amount} < {view.limit * 50} "
            f"OR EXISTS (SELECT FROM {other.path} c WHERE c.id = a.parent AND c.{other.title} <> '') "
            f"GROUP BY a.{one.title} HAVING count(*) > 1;"
        )

    def _create_function(self, function: Function) -> str:
        table = self.tables[10 * function.number + 5]
        path = f"{table.schema}.touch{function.number:05}()"
        body = (
            f"\nBEGIN\n  -- an amount is never missing\n  IF NEW.{table.amount} IS NULL THEN\n"
            f"    NEW.{table.amount} := {function.step};\n  END IF;\n  RETURN NEW;\nEND;\n"
        )
        return (
            f"CREATE FUNCTION {path} RETURNS trigger LANGUAGE plpgsql AS $${body}$$;\n"
            f"COMMENT ON FUNCTION {path} IS 'in steps of {function.step}';\n"
            f"CREATE TRIGGER touch{function.number:05} BEFORE INSERT OR UPDATE ON {table.path} "
            f"FOR EACH ROW EXECUTE FUNCTION {path};"
        )


def _alter(table: Table) -> None:
    """One to three changes. What views, triggers and indexes use stays."""
    random = _random("alter", table.number)
    kept = {table.amount, table.title, *table.second_index}
    for change in random.sample(("add", "drop", "widen", "default", "null", "index", "check", "comment"), k=3)[
        : random.randint(1, 3)
    ]:
        free = [column for column in table.columns if column.name not in kept]
        match change:
            case "add":
                t = random.choice(TYPES)
                table.columns.append(Column(f"added{len(table.columns)}", t.name, t.default, t.default is not None))
            case "drop" if free:
                table.columns.remove(random.choice(free))
            case "widen":
                _widen(table, random)
            case "default":
                for column in table.columns:
                    column.default = "9" if column.default in ("0", "1") else column.default
            case "null" if free:
                column = random.choice(free)
                column.not_null = not column.not_null
            case "index":
                table.second_index.append("parent")
            case "check":
                table.least += 5
            case _:
                table.comment += ", and looked at again"


def _widen(table: Table, random: Random) -> None:
    wider = {t.name: t.wider for t in TYPES if t.wider}
    narrow = [column for column in table.columns if column.type in wider]
    if narrow:
        column = random.choice(narrow)
        column.type = wider[column.type]


def _create_table(table: Table) -> str:
    own = "GENERATED BY DEFAULT AS IDENTITY" if table.number % 3 else "NOT NULL"
    amount, name = table.amount, table.name
    inside = [
        f"id bigint {own}",
        *map(_column, table.columns),
        "parent bigint",
        f"CONSTRAINT {name}_key PRIMARY KEY (id)",
        f"CONSTRAINT {name}_least CHECK ({amount} >= {table.least} OR {amount} IS NULL)",
    ]
    unique = "UNIQUE " if table.unique else ""
    commented = [column for n, column in enumerate(table.columns) if (n + table.number) % 3 == 0]
    return "\n".join(
        [
            f"CREATE TABLE {table.path} (\n  " + ",\n  ".join(inside) + "\n);",
            f"CREATE {unique}INDEX {name}_title ON {table.path} ({table.title}, parent);",
            f"CREATE INDEX {name}_amount ON {table.path} ({', '.join(table.second_index)});",
            f"COMMENT ON TABLE {table.path} IS {_literal(table.comment)};",
            *(f"COMMENT ON COLUMN {table.path}.{c.name} IS 'its {c.name}';" for c in commented),
        ]
    )


def _column(column: Column) -> str:
    default = f" DEFAULT {column.default}" if column.default is not None else ""
    return f"{column.name} {column.type}{default}{' NOT NULL' if column.not_null else ''}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
