"""dbstrata check: is a bundle whole, untampered, and proven?"""

from typing import Annotated

import typer

from .options import BUNDLE

app = typer.Typer(add_completion=False)


@app.command()
def check(
    bundle: BUNDLE,
    expect: Annotated[str | None, typer.Option(metavar="SHA", help="The SHA-256 that `bundle` printed.")] = None,
) -> None:
    """Compare every file with the manifest, and prove the plan again; under the version that made it, its SQL too.

    Exit 0; 2 on bad input; 3 if a file is missing or changed; 5 if the plan does not prove. No server is asked.
    """
    from .bundles.opening import open_bundle

    found = open_bundle(bundle, expect=expect)
    found.prove()
    how = (
        "and its SQL is what they give"
        if found.is_of_this_version
        else f"its SQL is dbstrata {found.manifest.dbstrata}'s"
    )
    print(f"{bundle}: whole, and proven; {how}; SHA-256 {found.sha}")
