"""dbstrata merge-driver: what git calls to merge two branches' snapshots."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command("merge-driver")
def command(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The common ancestor's file: %O of git.")],
    ours: Annotated[str, typer.Argument(metavar="OURS", help="This branch's file: %A. The result is written there.")],
    theirs: Annotated[str, typer.Argument(metavar="THEIRS", help="The other branch's file: %B.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Where the file stands in the repository: %P.")] = "",
    marker_size: Annotated[int, typer.Option(metavar="N", min=1, help="Characters of a conflict marker: %L.")] = 7,
) -> int:
    """Merge snapshots, or files of a split one, by object and attribute; the result replaces OURS.

    Exit 0; 1 if there are conflicts: each is named on stderr, and stands between markers in the file. What is no
    snapshot is merged as text.
    """
    from .merging import merge_files

    return merge_files(base, ours, theirs, path, marker_size)
