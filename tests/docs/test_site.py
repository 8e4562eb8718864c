"""The manual builds as a site, and no link in it, or in README, leads nowhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import ROOT

LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def test_the_site_builds_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert {"index.html", "tutorial.html", "commands.html"} <= {path.name for path in (tmp_path / "site").iterdir()}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_to_files_lead_somewhere(name: str) -> None:
    links = LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
