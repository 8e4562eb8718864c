"""The graph in the report: what changes, and what of it uses what. A plain layered drawing, as numbers for an SVG.

Columns from left to right: what an object uses stands to its left. Kind-free and the same in every run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...snapshots.model import flatten, references
from ..reasons import label

if TYPE_CHECKING:
    from ...engine.compare import Changes
    from ...engine.schema import Schema
    from ...snapshots.model import Identity

__all__ = ["Drawing", "draw"]

MOST = 80
"""Nodes; a larger graph is no help to anyone."""
WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 230, 26, 300, 36, 8
LETTERS = 29


@dataclass(frozen=True, slots=True)
class Node:
    """One top-level object that changes."""

    label: str
    short: str
    change: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Edge:
    """From a user's left side to what it uses, on that one's right."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def path(self) -> str:
        """A curve, as SVG writes it."""
        middle = (self.x1 + self.x2) // 2
        return f"M{self.x1} {self.y1}C{middle} {self.y1} {middle} {self.y2} {self.x2} {self.y2}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of it."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    alone: int = 0
    """Objects that change and have no line: they are not drawn."""
    too_many: int = 0
    """How many there are, where that is too many to draw."""

    @property
    def width(self) -> int:
        """In pixels."""
        return max((n.x for n in self.nodes), default=0) + WIDTH + MARGIN

    @property
    def height(self) -> int:
        """In pixels."""
        return max((n.y for n in self.nodes), default=0) + HEIGHT + MARGIN


def draw(changes: "Changes", old: "Schema", new: "Schema") -> Drawing:
    """The changed top-level objects that use one another."""
    kinds = _roots(changes, old, new)
    uses = {root: _used(root, kinds, old, new) for root in kinds}
    linked = {root for root, used in uses.items() if used} | {u for used in uses.values() for u in used}
    if len(linked) > MOST:
        return Drawing(too_many=len(linked))
    places = _placed(_layers({root: uses[root] for root in sorted(linked)}), uses)
    nodes = tuple(Node(label(root), _short(label(root)), kinds[root], *places[root]) for root in sorted(places))
    edges = tuple(
        Edge(places[root][0], places[root][1] + HEIGHT // 2, places[u][0] + WIDTH, places[u][1] + HEIGHT // 2)
        for root in sorted(linked)
        for u in uses[root]
    )
    return Drawing(nodes, edges, alone=len(kinds) - len(linked))


def _roots(changes: "Changes", old: "Schema", new: "Schema") -> "dict[Identity, str]":
    found: dict[Identity, str] = {}
    for change in changes:
        root = (old if change.new is None else new).root_of(change.identity) or change.identity
        own = "created" if change.old is None else "dropped" if change.new is None else "altered"
        found[root] = own if root == change.identity else found.get(root, "altered")
    return dict(sorted(found.items()))


def _used(root: "Identity", kinds: "Mapping[Identity, str]", old: "Schema", new: "Schema") -> "list[Identity]":
    side = old if kinds[root] == "dropped" else new
    if root not in side.roots:
        return []
    named = {side.root_of(used) for _, _, obj in flatten(side.roots[root]) for _, used in references(obj)}
    return sorted(i for i in named if i is not None and i in kinds and i != root)


def _layers(uses: "Mapping[Identity, Sequence[Identity]]") -> "list[list[Identity]]":
    """Each one column right of all that it uses; of a circle, wherever it was entered."""
    depth: dict[Identity, int] = {}
    open_: set[Identity] = set()

    def visit(root: "Identity") -> int:
        if root in depth or root in open_:
            return depth.get(root, -1)
        open_.add(root)
        depth[root] = 1 + max((visit(used) for used in uses[root]), default=-1)
        return depth[root]

    for root in uses:
        visit(root)
    layers: list[list[Identity]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for root in uses:
        layers[depth[root]].append(root)
    return layers


def _placed(
    layers: "list[list[Identity]]", uses: "Mapping[Identity, Sequence[Identity]]"
) -> "dict[Identity, tuple[int, int]]":
    """Left and top of each; within a column near to what it uses, so that few lines cross."""
    row: dict[Identity, float] = {}
    for layer in layers:
        layer.sort(key=lambda root: (_mean(row[u] for u in uses[root] if u in row), root))
        row.update({root: float(at) for at, root in enumerate(layer)})
    return {
        root: (MARGIN + column * ACROSS, MARGIN + at * DOWN)
        for column, layer in enumerate(layers)
        for at, root in enumerate(layer)
    }


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
