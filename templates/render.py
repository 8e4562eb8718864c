"""Loads the templates and renders a plan. It decides nothing: every line of SQL stands in a template.

Names and literals reach a statement through filters alone; an unknown variable is an error (StrictUndefined).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..engine.protocol import Part, Statement, Step
from ..snapshots.naming import path_of
from .filters import filters

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment


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
def _environment(dialect: str = "") -> "Environment":
    """The loaded templates, with the filters of a dialect; without one, for reports."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        bytecode_cache=_bytecode_cache(),
        loader=PackageLoader("dbstrata.templates", ""),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
    )
    environment.filters |= filters(dialect)
    return environment


@cache
def _module(dialect: str, family: str) -> Any:
    return _environment(dialect).get_template(f"{dialect}/{family}.sql.j2").module


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
    wrap = _macro(dialect, statement.wrap)
    return _tidy(wrap(lead, clauses, statement.steps) if "steps" in wrap.arguments else wrap(lead, clauses))


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

    @property
    def cost(self) -> str: ...


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


def render_tail(dialect: str, parts: Sequence[Part]) -> str:
    """What stands below a script."""
    tail: str = _module(dialect, "script").tail(parts)
    return tail


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
    script = _module(dialect, "script")
    groups: list[tuple[Said, dict[str, None], list[str]]] = []
    for statement in part.statements:
        words = said(statement)
        last = groups[-1][0] if groups else None
        same = last is not None and (last.reason, last.cost) == (words.reason, words.cost)
        if last is None or not same or words.losses or last.losses:
            groups.append((words, {}, []))
        groups[-1][1].update(dict.fromkeys(words.risks))
        groups[-1][2].append(script.statement(render_statement(dialect, statement)))
    for words, risks, texts in groups:
        before = None
        for sql in texts:
            gap = "\n" if before is not None and ("\n" in sql or "\n" in before) else ""
            yield StatementText(script.above(words, list(risks)) if before is None else gap, sql)
            before = sql


def render_query(dialect: str, name: str, **facts: Any) -> str:
    """A query for a check: the macro of that name."""
    return _tidy(_macro(dialect, name)(**facts))


def render_page(name: str, dialect: str = "", **facts: Any) -> str:
    """A page of text: the template of that name, with the filters of the dialect."""
    return _environment(dialect).get_template(f"{name}.j2").render(**facts)


def render_settings(dialect: str, *, transaction: bool, lock_timeout: str) -> tuple[list[str], list[str]]:
    """The statements before and after those of a part that another tool runs in a session of its own."""
    settings = _module(dialect, "settings")
    before, after = settings.before(transaction, lock_timeout), settings.after(transaction)
    return before.splitlines(), after.splitlines()


def render_file(name: str, **facts: Any) -> str:
    """A file for another tool: the template of that name below templates/export/."""
    return render_page(f"export/{name}", **facts)


def render_report(name: str, **facts: Any) -> str:
    """A report: the template of that name below templates/report/."""
    return render_page(f"report/{name}", **facts)
