#!/usr/bin/env python3
"""Comments a Markdown report on a pull request of GitHub or a merge request of GitLab; a later one takes its place.

    REPORT          the file; nothing is said of an empty one
    SNAPSHOT        whose report it is: each snapshot has a comment of its own
    DBSTRATA_TOKEN  what may comment

GitHub: GITHUB_API_URL, GITHUB_REPOSITORY, NUMBER. GitLab: CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID.

Exit 0, also where the token may not comment, as in a pull request from a fork: that is said. 1 for another no of the
server. Needs nothing but Python.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

LIMIT = 60_000
"""Bytes. GitHub takes 65,536 characters."""
PAGE = 100


class Api:
    """Where comments are listed and made, each by its own rules."""

    def __init__(self, env: Mapping[str, str]) -> None:
        token = env["DBSTRATA_TOKEN"]
        if "CI_API_V4_URL" in env:
            project = f"{env['CI_API_V4_URL']}/projects/{env['CI_PROJECT_ID']}"
            self.comments = self.one = f"{project}/merge_requests/{env['CI_MERGE_REQUEST_IID']}/notes"
            self.replace, self.headers = "PUT", {"PRIVATE-TOKEN": token}
        else:
            issues = f"{env['GITHUB_API_URL']}/repos/{env['GITHUB_REPOSITORY']}/issues"
            self.comments, self.one = f"{issues}/{env['NUMBER']}/comments", f"{issues}/comments"
            self.replace, self.headers = "PATCH", {"Authorization": f"Bearer {token}"}

    def say(self, body: str, mark: str) -> None:
        """Anew, or in place of the comment that begins with the mark."""
        found = self._find(mark)
        if found is None:
            self._ask("POST", self.comments, {"body": body})
        else:
            self._ask(self.replace, f"{self.one}/{found}", {"body": body})

    def _find(self, mark: str) -> Any:
        page = 1
        while True:
            found = self._ask("GET", f"{self.comments}?per_page={PAGE}&page={page}")
            for comment in found:
                if (comment["body"] or "").startswith(mark):
                    return comment["id"]
            if len(found) < PAGE:
                return None
            page += 1

    def _ask(self, method: str, url: str, data: Any = None) -> Any:
        headers = {**self.headers, "Content-Type": "application/json", "Accept": "application/json"}
        content = None if data is None else json.dumps(data).encode()
        with urlopen(Request(url, content, headers, method=method), timeout=60) as answer:
            return json.load(answer)


def shortened(text: str) -> str:
    """As many whole lines as a comment takes."""
    size = 0
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        size += len(line.encode())
        if size > LIMIT:
            return "".join(lines) + "\n*Cut here: a comment takes no more. The report has all of it.*\n"
        lines.append(line)
    return text


def main(env: Mapping[str, str]) -> int:
    """Comment; the exit code."""
    text = Path(env["REPORT"]).read_text(encoding="utf-8")
    if not text.strip():
        return 0
    mark = f"<!-- dbstrata: {quote(env['SNAPSHOT']).replace('-', '%2D')} -->\n"
    try:
        Api(env).say(mark + shortened(text), mark)
    except HTTPError as error:
        if error.code in (401, 403):
            sys.stdout.write(f"::warning::dbstrata: no comment: the token may not ({error.code}); see the report\n")
            return 0
        said = error.read(500).decode(errors="replace")
        sys.stderr.write(f"dbstrata: no comment: {error.code} {error.reason}: {said}\n")
        return 1
    except URLError as error:
        sys.stderr.write(f"dbstrata: no comment: {error.reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
