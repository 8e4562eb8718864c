"""Objects that use each other, so that none of them can be the first, or the last."""

from collections.abc import Iterable

from ..snapshots.model import Identity


def circles(uses: Iterable[tuple[Identity, Identity]]) -> dict[Identity, int]:
    """The objects that stand in a circle of others, each with the number of its circle, from (user, used) pairs."""
    import networkx as nx

    graph: nx.DiGraph[Identity] = nx.DiGraph()
    graph.add_edges_from((user, used) for user, used in uses if user != used)
    return {
        identity: number
        for number, found in enumerate(nx.strongly_connected_components(graph))
        for identity in found
        if len(found) > 1
    }
