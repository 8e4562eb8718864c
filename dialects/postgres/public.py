"""The schema `public`, as each version's template1 has it.

PostgreSQL 15 gave it to pg_database_owner, and took CREATE from PUBLIC; before, whoever ran initdb owns it.
"""

from collections.abc import Iterable, Iterator

from ...snapshots.model import Grant, Header, Object
from ...snapshots.postgres import Schema

_CLOSED = 150000
_OWNER = "pg_database_owner"
_OPEN_TO_ALL = Grant(to="PUBLIC", privileges=("ALL",))
_USED_BY_ALL = Grant(to="PUBLIC", privileges=("USAGE",))


def fresh(header: Header, beside: Iterable[Object]) -> Iterator[Object]:
    """In a new database; who ran initdb is known from the snapshot beside it alone."""
    public = next((o for o in beside if isinstance(o, Schema) and o.name == "public"), None)
    closed = header.version_number >= _CLOSED
    owner = _OWNER if closed else public.owner if public is not None else None
    yield Schema(
        name="public",
        comment="standard public schema",
        owner=None if "owner" in header.not_read else owner,
        acl=() if "acl" in header.not_read else (_USED_BY_ALL if closed else _OPEN_TO_ALL,),
    )


def same(old: Object, new: Object, attribute: str, versions: tuple[int, int]) -> bool:
    """Is it, but for what came with PostgreSQL 15, one on both sides of it?"""
    if not (isinstance(old, Schema) and isinstance(new, Schema) and old.name == "public"):
        return False
    if min(versions) >= _CLOSED or max(versions) < _CLOSED:
        return False
    before, after = (old, new) if versions[0] < versions[1] else (new, old)
    if attribute == "owner":
        return after.owner == _OWNER
    return attribute == "acl" and after.acl == tuple(_USED_BY_ALL if g == _OPEN_TO_ALL else g for g in before.acl)
