"""The JSON Schema of the format, made from the model: python -m dbstrata.snapshots.schema [FILE]"""

import sys
from collections.abc import Iterable
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from .format import DIALECTS, FORMAT, snapshot_type, write_bytes

__all__ = ["FILE", "components", "schema", "text"]

FILE = Path("docs/snapshot-format.schema.json")


def schema() -> dict[str, Any]:
    """A document that any dialect's snapshot of this format fits, and no other does."""
    dialects = sorted(DIALECTS)
    roots, definitions = components(map(snapshot_type, dialects))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"dbstrata snapshot, format {FORMAT}",
        "oneOf": [
            {**root, "properties": {"header": {"properties": _constants(format=FORMAT, dialect=dialect)}}}
            for root, dialect in zip(roots, dialects, strict=True)
        ],
        "$defs": definitions,
    }


def components(types: Iterable[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The schemas of the types, and of all that they are made of, by name. The same text from every msgspec and every
    Python: some keep the indent of a docstring, some don't."""
    roots, definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    return list(roots), dict(sorted(definitions.items()))


def _constants(**values: object) -> dict[str, Any]:
    return {name: {"const": value} for name, value in values.items()}


def text() -> bytes:
    """What stands in the file."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"


if __name__ == "__main__":
    write_bytes(text(), sys.argv[1] if len(sys.argv) > 1 else FILE)
