"""Loads the templates and renders a plan. It decides nothing: every line of SQL stands in a template.

Names and literals reach a statement through filters alone; an unknown variable is an error (StrictUndefined).
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from ..engine.protocol import Part, Statement, Step
from ..snapshots.naming import path_of
from .filters import filters

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment, Template


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
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=False,
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
    return _tidy(_macro(dialect, statement.wrap)(lead, clauses))


def _said_by_another(step: Step, steps: Sequence[Step]) -> bool:
    """A new column's default is in the column's own clause."""
    made = {path_of(s.identity) for s in steps if s.action == "create" and s is not step and s.parent != step.parent}
    return step.action == "create" and path_of(step.identity) in made and step.parent in {s.identity for s in steps}


def script_template(dialect: str) -> "Template":
    """The template of a whole script."""
    return _environment(dialect).get_template(f"{dialect}/script.sql.j2")


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


def render_script(dialect: str, parts: Sequence[Part], of: Callable[[Statement], Said], **facts: Any) -> str:
    """A whole script: header, parts, statements with what `of` says of them. `facts` is what the header tells."""
    rendered = [{"part": part, "groups": _groups(dialect, part, of)} for part in parts]
    return script_template(dialect).render(parts=rendered, **facts)


def _groups(dialect: str, part: Part, of: Callable[[Statement], Said]) -> list[dict[str, Any]]:
    """The part's statements; neighbours that are there for one reason, together."""
    groups: list[dict[str, Any]] = []
    for statement in part.statements:
        words = of(statement)
        same = bool(groups) and (groups[-1]["reason"], groups[-1]["cost"]) == (words.reason, words.cost)
        if not same or words.losses or groups[-1]["losses"]:
            said = {"reason": words.reason, "losses": words.losses, "cost": words.cost}
            groups.append(said | {"risks": {}, "statements": []})
        groups[-1]["risks"] |= dict.fromkeys(words.risks)
        groups[-1]["statements"].append(render_statement(dialect, statement))
    return groups


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
    return _environment().get_template(f"report/{name}.j2").render(**facts)
