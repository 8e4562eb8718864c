"""Character sets and collations: the pair that a text means where it names less than both."""

from typing import NamedTuple

from .scan import NotUnderstood
from .session import Catalog

__all__ = ["Charsets", "canonical"]

COLLATIONS = "SELECT COLLATION_NAME, CHARACTER_SET_NAME FROM information_schema.COLLATIONS WHERE IS_DEFAULT = 'Yes'"


class Charsets(NamedTuple):
    """The server's character sets, each with the collation that is its own default."""

    defaults: dict[str, str]

    def resolved(self, charset: str | None, collation: str | None, default: str) -> tuple[str, str]:
        """(character set, collation) where some of both are said. `default`: the table's collation."""
        if charset is None and collation is None:
            return charset_of(default), default
        if collation is not None:
            collation = canonical(collation)
            return charset_of(collation), collation
        charset = canonical(charset or "")
        if charset not in self.defaults:
            raise NotUnderstood(f"no such character set: {charset}")
        return charset, self.defaults[charset]


def read(catalog: Catalog) -> Charsets:
    """All that the server has."""
    found = {}
    for collation, charset in catalog.rows(COLLATIONS):
        if collation is not None and charset is not None:
            found[canonical(charset)] = canonical(collation)
    return Charsets(found)


def canonical(name: str) -> str:
    """`utf8` is `utf8mb3`, of character sets and collations."""
    return f"utf8mb3{name[4:]}" if name == "utf8" or name.startswith("utf8_") else name


def charset_of(collation: str) -> str:
    """Every collation is called after its character set."""
    return collation.partition("_")[0]
