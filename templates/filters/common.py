"""Filters that the templates of every dialect, and of reports, share."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from ...snapshots.naming import kind_of


def _one_line(text: str) -> str:
    """Fit for a comment: no line end of any kind (psql ends a comment at CR too), no other control character."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


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


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def _escaped(text: str) -> str:
    """Prose that Markdown takes as it is."""
    return _MARKUP.sub(r"\\\1", text)


def _cell(text: str) -> str:
    """Fit for a cell of a table: a `|` ends one even in a code span."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def _fence(lines: Iterable[str]) -> str:
    """The fence of a code block of Markdown that no line of it can end."""
    return "`" * max(3, *(_longest_run(line) + 1 for line in lines))


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _groups(values: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Neighbours that agree in the attribute, in the order in which they come: Jinja's own filter sorts."""
    return [(key, list(found)) for key, found in groupby(values, key=attrgetter(attribute))]


def _statement(text: str) -> str:
    return text if text.rstrip().endswith(";") else f"{text};"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "kind": kind_of,
    "one_line": _one_line,
    "code": _code,
    "cell": _cell,
    "escaped": _escaped,
    "fence": _fence,
    "groups": _groups,
    "python": _python,
    "statement": _statement,
}
