"""Row security policies: pg_policy."""

from collections import defaultdict
from typing import Any, Literal

from ....snapshots.model import Text
from ....snapshots.postgres import Policy
from .dependencies import Dependencies, using
from .names import PG_POLICY, Names
from .printed import printed
from .session import Catalog, Queries

__all__ = ["AHEAD", "read"]

POLICIES = """
    SELECT p.oid, p.polrelid, p.polname, p.polcmd, p.polpermissive, p.polroles,
        p.polqual IS NOT NULL, pg_get_expr(p.polqual, p.polrelid),
        p.polwithcheck IS NOT NULL, pg_get_expr(p.polwithcheck, p.polrelid)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace = ANY(%(schemas)s)"""

AHEAD: Queries = ((POLICIES, None),)

COMMANDS: dict[str, Literal["all", "select", "insert", "update", "delete"]] = {
    "*": "all",
    "r": "select",
    "a": "insert",
    "w": "update",
    "d": "delete",
}


def read(catalog: Catalog, names: Names, uses: Dependencies) -> dict[int, list[Policy]]:
    """By table."""
    found: dict[int, list[Policy]] = defaultdict(list)
    for oid, relid, name, command, permissive, roles, has_using, qual, has_check, check in catalog.rows(
        POLICIES, {"schemas": names.schema_oids}
    ):
        if relid in names.dumped:
            grantees: dict[str, Any] = {"roles": _roles(roles, names)} if roles != [0] else {}
            policy = Policy(
                **grantees,
                name=name,
                comment=names.comment(PG_POLICY, oid),
                command=COMMANDS[command],
                restrictive=not permissive,
                using=_text(has_using, qual),
                check=_text(has_check, check),
            )
            own, table = names.inside("policy", relid, name), names.relations[relid].identity
            found[relid].append(using(policy, uses.of(PG_POLICY, oid), own, table))
    return found


def _roles(roles: list[int], names: Names) -> tuple[str, ...]:
    return tuple(sorted("PUBLIC" if role == 0 else names.roles[role] for role in roles))


def _text(has: bool, expression: str | None) -> Text | None:
    return printed(expression) if has else None
