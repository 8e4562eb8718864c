"""Loads the templates and renders a plan. It decides nothing: every line of SQL stands in a template.

Names and literals reach a statement through filters alone; an unknown variable is an error (StrictUndefined).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..engine.protocol import Part, Statement, Step
from ..snapshots.model import Identity, Text, plain
from ..snapshots.naming import kind_of, parts_of, path_of, quote
from .restate import restated

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment


def _literal(value: Text | None) -> str:
    """A string literal that reads the same whatever standard_conforming_strings says; NULL for None."""
    if value is None:
        return "NULL"
    text = plain(value).replace("'", "''")
    if "\\" not in text:
        return f"'{text}'"
    return "E'" + text.replace("\\", "\\\\") + "'"


def _dollar(text: str) -> str:
    """The text in dollar quotes, with a tag that it doesn't hold."""
    tag, count = "$$", 0
    while tag[:-1] in text or text.endswith("$"):
        count += 1
        tag = f"$body{count if count > 1 else ''}$"
        if tag[:-1] not in text:
            break
    return f"{tag}{text}{tag}"


def _one_line(text: str) -> str:
    """Fit for a comment: no line end of any kind (psql ends a comment at CR too), no other control character."""
    return "".join(c if c.isprintable() else " " for c in text)


_PIECE = re.compile(
    r"""
    (?P<quoted>
        (?:(?<![\w$])[eE])'(?:[^'\\]|\\.|'')*'
      | '[^']*'
      | "[^"]*"
      | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
      | --[^\n]*
      | ::
    )
  | (?P<colon>:(?=[\w'"{]))
    """,
    re.VERBOSE | re.DOTALL,
)
"""Outside of quotes psql replaces `:name`, `:'name'`, `:"name"` and `:{?name}` by its variables (psql, "SQL
Interpolation"). In SQL that means an array's slice, and a space behind the colon changes nothing there."""


def _for_psql(sql: str) -> str:
    """The same SQL, with nothing in it that psql takes for a variable of its own."""
    return _PIECE.sub(lambda piece: ": " if piece["colon"] else piece[0], sql) if ":" in sql else sql


def _code(text: str) -> str:
    """A code span of Markdown that the text can't end."""
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _python(text: str) -> str:
    """A string of Python, of many lines where the text has them."""
    if "\n" not in text:
        return repr(text)
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{escaped}"""' if not text.endswith('"') else repr(text)


def _fence(lines: Iterable[str]) -> str:
    """The fence of a code block of Markdown that no line of it can end."""
    return "`" * max(3, *(_longest_run(line) + 1 for line in lines))


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def _escaped(text: str) -> str:
    """Prose that Markdown takes as it is."""
    return _MARKUP.sub(r"\\\1", text)


def _cell(text: str) -> str:
    """Fit for a cell of a table: a `|` ends one even in a code span."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _in_schema(identity: Identity) -> str:
    """The SQL name of what stands in a table and is named in its schema: an index."""
    parts = parts_of(identity)
    return f"{quote(parts[0])}.{quote(parts[-1])}"


def _beside(relation: Identity, name: str) -> str:
    """The SQL name of an index on the relation, which is in its schema."""
    return f"{quote(parts_of(relation)[0])}.{quote(name)}"


def _groups(values: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Neighbours that agree in the attribute, in the order in which they come: Jinja's own filter sorts."""
    return [(key, list(found)) for key, found in groupby(values, key=attrgetter(attribute))]


def _last(identity: Identity) -> str:
    return quote(parts_of(identity)[-1])


def _last_of_path(path: str) -> str:
    return _last(Identity(f"x {path}"))


def _routine(identity: Identity) -> str:
    return ".".join(map(quote, parts_of(identity)))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _statement(text: str) -> str:
    return text if text.rstrip().endswith(";") else f"{text};"


def _operator(name: str) -> str:
    return f"OPERATOR({name})" if "." in name else name


def _for_path(steps: Iterable[Step], kind: str, identity: Identity) -> Step | None:
    wanted = f"{kind} {path_of(identity)}"
    return next((step for step in steps if step.identity == wanted), None)


def table_path(step: Step) -> str:
    """The path of the table that a step on a table, or on what stands in it, is about."""
    if step.parent is None:
        return path_of(step.identity)
    if kind_of(step.identity) in ("default", "identity"):
        return ".".join(map(quote, parts_of(step.parent)[:-1]))
    return path_of(step.parent)


_ENABLE = {"origin": "ENABLE", "disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}


def _not_null_name(step: Step) -> str:
    from ..snapshots.naming import constraint_name

    assert step.new is not None
    if step.parent is None:
        return constraint_name(step.new.name, None, "not_null")
    return constraint_name(parts_of(step.parent)[-1], step.new.name, "not_null")


def _bytecode_cache() -> "BytecodeCache | None":
    """Compiled templates, kept between runs in the user's own temporary folder, where that can be."""
    from contextlib import suppress

    from jinja2 import FileSystemBytecodeCache
    from jinja2.bccache import Bucket

    class Cache(FileSystemBytecodeCache):
        def dump_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError):
                super().dump_bytecode(bucket)

    with suppress(OSError, RuntimeError):
        return Cache()
    return None


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        bytecode_cache=_bytecode_cache(),
        loader=PackageLoader("dbstrata.templates", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
    )
    environment.filters |= {
        "ident": path_of,
        "kind": kind_of,
        "q": quote,
        "literal": _literal,
        "text": restated,
        "last": _last,
        "last_of_path": _last_of_path,
        "groups": _groups,
        "in_schema": _in_schema,
        "beside": _beside,
        "routine": _routine,
        "dollar": _dollar,
        "one_line": _one_line,
        "for_psql": _for_psql,
        "code": _code,
        "cell": _cell,
        "escaped": _escaped,
        "fence": _fence,
        "python": _python,
        "number": _number,
        "statement": _statement,
        "operator": _operator,
        "for_path": _for_path,
        "table": table_path,
        "enable": _ENABLE.__getitem__,
        "not_null_name": _not_null_name,
    }
    return environment


@cache
def _module(dialect: str, family: str) -> Any:
    return _environment().get_template(f"{dialect}/{family}.sql.j2").module


def _macro(dialect: str, name: str) -> Any:
    family, _, macro = name.partition(".")
    return getattr(_module(dialect, family), macro)


def _call(dialect: str, step: Step, joined: Sequence[Step]) -> str:
    macro = _macro(dialect, step.macro)
    rendered: str = macro(step, joined) if "joined" in macro.arguments else macro(step)
    return _tidy(rendered)


def _tidy(text: str) -> str:
    """Statements one below the other: the blank lines that loops leave at the ends go."""
    return text.strip("\n")


def render_statement(dialect: str, statement: Statement) -> str:
    """The SQL of one statement; of one that the server has no single form for, its few lines."""
    lead, *joined = statement.steps
    if statement.wrap is None:
        return _call(dialect, lead, joined)
    clauses = [_call(dialect, step, joined) for step in statement.steps if not _said_by_another(step, statement.steps)]
    return _tidy(_macro(dialect, statement.wrap)(lead, clauses))


def _said_by_another(step: Step, steps: Sequence[Step]) -> bool:
    """A new column's default is in the column's own clause."""
    made = {path_of(s.identity) for s in steps if s.action == "create" and s is not step and s.parent != step.parent}
    return step.action == "create" and path_of(step.identity) in made and step.parent in {s.identity for s in steps}


class Said(Protocol):
    """What stands above a statement."""

    @property
    def reason(self) -> str: ...

    @property
    def losses(self) -> Sequence[str]: ...

    @property
    def risks(self) -> Sequence[str]: ...


class StatementText(NamedTuple):
    """What stands above a statement, and the statement."""

    lead: str
    sql: str


class PartText(NamedTuple):
    """The pieces of one part."""

    lead: str
    opening: str
    statements: tuple[StatementText, ...]
    closing: str


def render_head(dialect: str, parts: Sequence[Part], **facts: Any) -> str:
    """What stands above a script; `facts` is what it tells."""
    head: str = _module(dialect, "script").head(parts=parts, **facts)
    return head


def render_parts(
    dialect: str, parts: Sequence[Part], said: Callable[[Statement], Said], *, lock_timeout: str
) -> list[PartText]:
    """The parts of a script, each statement with its reason above it."""
    script = _module(dialect, "script")
    return [
        PartText(
            lead=script.lead(part, number, len(parts)),
            opening=script.opening(part, lock_timeout),
            statements=tuple(_statements(dialect, part, said)),
            closing=script.closing(part),
        )
        for number, part in enumerate(parts, 1)
    ]


def _statements(dialect: str, part: Part, said: Callable[[Statement], Said]) -> Iterable[StatementText]:
    """Neighbours that are there for one reason stand below it together, and their risks with it."""
    above = _module(dialect, "script").above
    groups: list[tuple[Said, dict[str, None], list[str]]] = []
    for statement in part.statements:
        words = said(statement)
        last = groups[-1][0] if groups else None
        if last is None or words.losses or last.losses or last.reason != words.reason:
            groups.append((words, {}, []))
        groups[-1][1].update(dict.fromkeys(words.risks))
        groups[-1][2].append(_for_psql(render_statement(dialect, statement)))
    for words, risks, texts in groups:
        before = None
        for sql in texts:
            gap = "\n" if before is not None and ("\n" in sql or "\n" in before) else ""
            yield StatementText(above(words, list(risks)) if before is None else gap, sql)
            before = sql


def render_query(dialect: str, name: str, **facts: Any) -> str:
    """A query for a check: the macro of that name."""
    return _tidy(_macro(dialect, name)(**facts))


def render_page(name: str, **facts: Any) -> str:
    """A page of text: the template of that name."""
    return _environment().get_template(f"{name}.j2").render(**facts)


def render_settings(dialect: str, *, transaction: bool, lock_timeout: str) -> tuple[list[str], list[str]]:
    """The statements before and after those of a part that another tool runs in a session of its own."""
    settings = _module(dialect, "settings")
    before, after = settings.before(transaction, lock_timeout), settings.after(transaction)
    return before.splitlines(), after.splitlines()


def render_file(name: str, **facts: Any) -> str:
    """A file for another tool: the template of that name below templates/export/."""
    return _environment().get_template(f"export/{name}.j2").render(**facts)


def render_report(name: str, **facts: Any) -> str:
    """A report: the template of that name below templates/report/."""
    return render_page(f"report/{name}", **facts)
