"""The pictures of a report in the manual, by a headless Chromium: of the shop, whose two releases the demo has.

    python -m tests.docs.pictures

Made again when templates/report changes.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from ..bundle.bundles import world
from ..lab import Lab, shop

CHROMIUM = shutil.which("chromium")
IMAGES = Path(__file__).parents[2] / "docs" / "images"
PICTURES = {"light": ("1", 1100, 900), "dark": ("0", 1100, 900), "phone": ("1", 500, 900)}
"""Which colours are preferred, and the size. Chromium makes no page less than 500 wide."""


def taken(page: Path, picture: Path, scheme: str, width: int, height: int) -> str:
    """A picture of the page's top; what Chromium says, messages of the console among it."""
    assert CHROMIUM is not None, "apt-get install chromium"
    with tempfile.TemporaryDirectory() as profile:
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += ["--enable-logging=stderr", f"--window-size={width},{height}", f"--user-data-dir={profile}"]
        command += [f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={picture}", page.as_uri()]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=True)
    return done.stderr


def main() -> None:
    """Write them."""
    with EmbeddedPostgres() as server, tempfile.TemporaryDirectory() as folder:
        lab, case = Lab(server), shop()
        release = world(lab, Path(folder), case.a, case.b, "--allow", "DB*").path
        lab.close()
        for name, facts in PICTURES.items():
            taken(release / "report.html", IMAGES / f"report-{name}.png", *facts)


if __name__ == "__main__":
    main()
