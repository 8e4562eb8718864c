"""The engine names no kind of object and no dialect; every attribute has a rule; every rule has its template."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jinja2 import meta

from dbstrata.dialects import dialect
from dbstrata.dialects.mysql.rules import tables as mysql_tables
from dbstrata.dialects.postgres.effects import altering, creating
from dbstrata.dialects.postgres.rules import tables
from dbstrata.engine.protocol import Choose, InPlace, KindRules, Rule
from dbstrata.snapshots import mysql, postgres
from dbstrata.snapshots.format import DIALECTS
from dbstrata.snapshots.model import Object, Unmodelled, attributes
from dbstrata.templates.render import _environment, _macro  # pyright: ignore[reportPrivateUsage]

ROOT = Path(__file__).parents[2]
ENGINE = sorted((ROOT / "engine").glob("*.py"))
ROOMS = ("cli", "dialects", "engine", "snapshots", "templates")


def kinds_of(model: ModuleType) -> dict[str, type[Object]]:
    """The classes of a dialect's model, by kind."""
    classes = [cls for cls in vars(model).values() if isinstance(cls, type) and issubclass(cls, Object)]
    return {cls.kind: cls for cls in classes if cls.kind and cls is not Unmodelled}


KINDS = {"postgres": kinds_of(postgres), "mysql": kinds_of(mysql)}
TABLES = {"postgres": tables(), "mysql": mysql_tables()}
TAGS = {kind for kinds in KINDS.values() for kind in kinds}
LONGEST = 60
"""Lines of a function."""

DIALECTS_OWN = ("dialects/", "templates/", "snapshots/postgres.py", "snapshots/mysql.py")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """String constants, without docstrings: those stand as statements of their own."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node


def test_there_is_something_to_guard() -> None:
    assert len(ENGINE) > 5
    assert {"table", "column", "view", "policy"} < TAGS


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_engine_names_no_kind(path: Path) -> None:
    """Kinds come from the snapshots and go to the dialect's tables; `path of a kind` in an identity is one too."""
    found = {(c.lineno, c.value) for c in strings(parsed(path)) if str(c.value).strip().partition(" ")[0] in TAGS}
    assert found == set()


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_engine_names_no_class_of_a_dialect(path: Path) -> None:
    tree = parsed(path)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    every = {cls.__name__ for kinds in KINDS.values() for cls in kinds.values()}
    classes = every - {"Schema", "Rule", "Policy"} - imported  # other modules' classes, of one name
    assert {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & classes == set()
    assert {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & classes == set()


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_engine_imports_no_dialect(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom):
            words = {*(node.module or "").split("."), *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            words = {word for alias in node.names for word in alias.name.split(".")}
        else:
            continue
        assert not words & {"dialects", "templates", "cli", "jinja2", "psycopg", "pymysql", *DIALECTS}, ast.unparse(
            node
        )


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_engine_functions_are_short(path: Path) -> None:
    lengths = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in functions(parsed(path))}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_engine_holds_no_sql(path: Path) -> None:
    words = {"ALTER", "CREATE", "DROP", "GRANT", "REVOKE", "COMMENT", "SELECT", "CASCADE"}
    assert [c.value for c in strings(parsed(path)) if words & set(str(c.value).split())] == []


def decisions(tree: ast.AST) -> Iterator[ast.AST]:
    """What a branch depends on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs
        elif isinstance(node, ast.Match):
            yield from (case.pattern for case in node.cases)
        elif isinstance(node, ast.Compare | ast.BoolOp):
            yield node


def test_only_a_dialect_decides_by_its_name() -> None:
    names = {*DIALECTS, "postgresql", "mariadb"}
    found = [
        f"{path.relative_to(ROOT)}:{constant.lineno}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(DIALECTS_OWN)
        for decision in decisions(parsed(path))
        for constant in strings(decision)
        if str(constant.value).lower() in names
    ]
    assert found == []


# ---------------------------------------------------------------------- rules


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_rules(name: str) -> None:
    assert TABLES[name].keys() == KINDS[name].keys()


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in KINDS.items() for kind in kinds])
def test_every_attribute_has_a_rule(name: str, kind: str) -> None:
    """And there is no rule for what is no attribute. What can be put to a place needs none for the order."""
    rules, cls = dialect(name).rules(kind), KINDS[name][kind]
    assert {*rules.attributes, *rules.placeable} == {*attributes(cls), *cls.ordered}


def macros_of(value: Any) -> Iterator[str]:
    """All macros that a kind's rules name."""
    rules: KindRules = value
    yield from filter(None, (rules.create, rules.drop, rules.aside, rules.move))
    for rule in rules.attributes.values():
        yield from macros_of_rule(rule)


def macros_of_rule(rule: Rule | Choose) -> Iterator[str]:
    if isinstance(rule, InPlace):
        yield from filter(None, (rule.macro, rule.unset))


def named_in_rules(name: str) -> set[str]:
    """Those in tables, and those that functions pick: each `InPlace("family.macro", unset=...)` in the source."""
    found = {macro for rules in TABLES[name].values() for macro in macros_of(rules)}
    for path in (ROOT / "dialects" / name / "rules").glob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InPlace":
                given = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("macro", "unset"))]
                found |= {str(c.value) for c in given if isinstance(c, ast.Constant) and c.value is not None}
    return found


@pytest.mark.parametrize(("name", "macro"), [(name, m) for name in TABLES for m in sorted(named_in_rules(name))])
def test_every_macro_of_a_rule_is_there(name: str, macro: str) -> None:
    assert callable(_macro(name, macro))


def named_in_effects(name: str) -> set[str]:
    """The keys of the dialect's tables of side effects, links and contexts; and every other name in its sources."""
    sources = (ROOT / "dialects" / name).rglob("*.py")
    families = {path.name.partition(".")[0] for path in (ROOT / "templates" / name).glob("*.sql.j2")}
    constants = (str(constant.value) for path in sources for constant in strings(parsed(path)))
    return {
        text for text in constants if text.partition(".")[0] in families and text.count(".") == 1 and text[-1] != "."
    }


@pytest.mark.parametrize(("name", "macro"), [(name, m) for name in TABLES for m in sorted(named_in_effects(name))])
def test_every_macro_of_an_effect_is_there(name: str, macro: str) -> None:
    assert callable(_macro(name, macro))


def test_effects_and_rules_know_the_same_macros() -> None:
    """A side effect of what no rule does any more is dead."""
    assert altering.SIDE_EFFECTS.keys() - named_in_rules("postgres") == set()
    assert creating.NOT_CREATED.keys() - KINDS["postgres"].keys() == set()
    for kind, names in creating.NOT_CREATED.items():
        assert names - set(attributes(KINDS["postgres"][kind])) == set()


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.j2")), ids=lambda path: path.name)
def test_every_template_parses(path: Path) -> None:
    """And what it includes or imports is there."""
    name = path.parent.name
    environment = _environment(name if name in TABLES else "")
    tree = environment.parse(path.read_text(encoding="utf-8"))
    for other in meta.find_referenced_templates(tree):
        assert other is not None
        environment.get_template(other)
