"""The JSON Schema of the format, made from the model: python -m dbstrata.snapshots.schema [FILE]"""

import sys
from pathlib import Path
from typing import Any

import msgspec

from .format import DIALECTS, FORMAT, snapshot_type, write_bytes

__all__ = ["FILE", "schema", "text"]

FILE = Path("docs/snapshot-format.schema.json")


def schema() -> dict[str, Any]:
    """A document that any dialect's snapshot of this format fits, and no other does."""
    dialects = sorted(DIALECTS)
    roots, definitions = msgspec.json.schema_components(
        [snapshot_type(dialect) for dialect in dialects], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"dbstrata snapshot, format {FORMAT}",
        "oneOf": [
            {**root, "properties": {"header": {"properties": _constants(format=FORMAT, dialect=dialect)}}}
            for root, dialect in zip(roots, dialects, strict=True)
        ],
        "$defs": dict(sorted(definitions.items())),
    }


def _constants(**values: object) -> dict[str, Any]:
    return {name: {"const": value} for name, value in values.items()}


def text() -> bytes:
    """What stands in the file."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"


if __name__ == "__main__":
    write_bytes(text(), sys.argv[1] if len(sys.argv) > 1 else FILE)
