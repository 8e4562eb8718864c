"""Throwaway git repositories, and the commands of git and dbstrata in them."""

import os
import subprocess
from pathlib import Path
from typing import Any

from dbstrata.snapshots import format, split

PLAIN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class Repo:
    """A repository in a folder, with one commit a second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._clock = 1_700_000_000
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ann Author")
        self.git("config", "user.email", "ann@example.org")

    def git(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """`git ARGUMENTS`."""
        clock = {f"GIT_{who}_DATE": f"{self._clock} +0000" for who in ("AUTHOR", "COMMITTER")}
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **PLAIN, **clock},
            capture_output=True,
            encoding="utf-8",
            check=check,
        )

    def write(self, snapshot: Any, path: str = "db/schema.json", *, as_split: bool = False) -> Path:
        """The snapshot's file or directory."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if as_split:
            split.write(snapshot, target)
        else:
            format.write(snapshot, target)
        return target

    def commit(
        self, subject: str, snapshot: Any = None, path: str = "db/schema.json", *, as_split: bool = False
    ) -> str:
        """All that is in the folder; its id."""
        if snapshot is not None:
            self.write(snapshot, path, as_split=as_split)
        self._clock += 86400
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD").stdout.strip()
