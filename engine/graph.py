"""A graph of who comes before whom.

What a plan asks of it stands here, in dictionaries. A circle is networkx's business, and that is imported when there is
one: it would take as long as all else that planning imports.
"""

from collections.abc import Callable, Hashable, Iterable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    import networkx as nx

N = TypeVar("N", bound=Hashable)


class Graph(Generic[N]):
    """Nodes, and for each which are right before and right after it."""

    def __init__(self, nodes: Iterable[N]) -> None:
        self.before: dict[N, set[N]] = {node: set() for node in nodes}
        self.after: dict[N, set[N]] = {node: set() for node in self.before}

    def add(self, edges: Iterable[tuple[N, N]]) -> None:
        """Of each pair, the first comes before the second. None comes before itself."""
        for a, b in edges:
            if a != b:
                self.after[a].add(b)
                self.before[b].add(a)

    def contract(self, node: N, into: N) -> None:
        """Make one of two."""
        before, after = self.before.pop(node), self.after.pop(node)
        for other in before:
            self.after[other].remove(node)
        for other in after:
            self.before[other].remove(node)
        self.add((other, into) for other in before)
        self.add((into, other) for other in after)

    def passes_between(self, first: N, last: N) -> bool:
        """Is there a way from one to the other through a third? Looked for from both ends, the nearer edge first."""
        ahead, behind = self.after[first] - {last}, self.before[last] - {first}
        seen_ahead, seen_behind = set(ahead), set(behind)
        while ahead and behind:
            if not (seen_ahead.isdisjoint(behind) and seen_behind.isdisjoint(ahead)):
                return True
            if len(ahead) <= len(behind):
                ahead = set[N]().union(*(self.after[at] for at in ahead)) - seen_ahead
                seen_ahead |= ahead
            else:
                behind = set[N]().union(*(self.before[at] for at in behind)) - seen_behind
                seen_behind |= behind
        return not seen_ahead.isdisjoint(seen_behind) or first in seen_behind or last in seen_ahead

    def in_order(self, key: Callable[[N], Any]) -> list[N]:
        """All that does not wait for a circle, each behind what is before it; of those that could be next, the one
        with the least key is. No two have the same."""
        waits = {node: len(before) for node, before in self.before.items()}
        ready = [(key(node), node) for node, count in waits.items() if not count]
        heapify(ready)
        found: list[N] = []
        while ready:
            _, node = heappop(ready)
            found.append(node)
            for other in self.after[node]:
                waits[other] -= 1
                if not waits[other]:
                    heappush(ready, (key(other), other))
        return found

    def circle(self) -> list[N]:
        """One of those that there are, each before the next."""
        import networkx as nx

        # the stub does not say what it returns
        found = cast("list[tuple[N, N]]", nx.find_cycle(self._as_networkx()))  # pyright: ignore[reportUnknownMemberType]
        return [a for a, _ in found]

    def circles(self) -> dict[N, int]:
        """What goes round in a circle, and with what: those of one number."""
        if len(self.in_order(lambda node: node)) == len(self.before):
            return {}
        import networkx as nx

        components = nx.strongly_connected_components(self._as_networkx())
        return {node: number for number, found in enumerate(components) if len(found) > 1 for node in found}

    def _as_networkx(self) -> "nx.DiGraph[N]":
        import networkx as nx

        graph: nx.DiGraph[N] = nx.DiGraph()
        graph.add_nodes_from(self.before)
        graph.add_edges_from((a, b) for a, others in self.after.items() for b in sorted(others, key=str))
        return graph
