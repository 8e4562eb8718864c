"""action.yml and ci/gitlab.yml, step by step as a runner does it, as the manual's workflows use them; what they
comment, and what a linter says."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from dbstrata.snapshots.postgres import Column

from ..cli.commands import run, snapshot, table
from ..docs.pages import Page
from ..servers import Database
from .repositories import Repo

ROOT = Path(__file__).parents[2]
NOT_SOURCE = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "docs")
ID, A = Column(name="id", type="integer"), Column(name="a", type="text")


class Forge:
    """The comments of one pull request, as the API of GitHub or of GitLab gives and takes them."""

    def __init__(self) -> None:
        self.comments: dict[int, str] = {}
        self.refuses = 0
        """The status of every answer, if not 0."""
        self.tokens: set[str | None] = set()
        forge = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                page, size = (int(asked[name][0]) for name in ("page", "per_page"))
                found = [{"id": id, "body": body} for id, body in forge.comments.items()]
                self._answer(found[(page - 1) * size : page * size])

            def do_POST(self) -> None:
                self._put(len(forge.comments) + 1)

            def do_PATCH(self) -> None:
                self._put(int(self.path.rpartition("/")[2]))

            def do_PUT(self) -> None:
                self.do_PATCH()

            def _put(self, id: int) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
                if not forge.refuses:
                    forge.comments[id] = body
                self._answer({"id": id})

            def _answer(self, data: Any) -> None:
                forge.tokens.add(self.headers.get("Authorization", self.headers.get("PRIVATE-TOKEN")))
                forge.asked.append(f"{self.command} {urlsplit(self.path).path}")
                content = json.dumps(data).encode()
                self.send_response(forge.refuses or 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def forge() -> Iterator[Forge]:
    found = Forge()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


# comments


def github(forge: Forge) -> dict[str, str]:
    return {"GITHUB_API_URL": forge.url, "GITHUB_REPOSITORY": "owner/shop", "NUMBER": "7"}


def gitlab(forge: Forge) -> dict[str, str]:
    return {"CI_API_V4_URL": f"{forge.url}/api/v4", "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "7"}


FORGES = pytest.mark.parametrize(
    ("where", "path", "one", "verb", "token"),
    [
        (github, "/repos/owner/shop/issues/7/comments", "/repos/owner/shop/issues/comments", "PATCH", "Bearer t"),
        (gitlab, "/api/v4/projects/5/merge_requests/7/notes", "/api/v4/projects/5/merge_requests/7/notes", "PUT", "t"),
    ],
    ids=["github", "gitlab"],
)


def comment(folder: Path, text: str, where: dict[str, str], snapshot: str = "a--b.json") -> Any:
    """`ci/comment.py`."""
    (folder / "report.md").write_text(text, encoding="utf-8")
    given = {"REPORT": str(folder / "report.md"), "SNAPSHOT": snapshot, "DBSTRATA_TOKEN": "t", **where}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CI_", "GITHUB_"))}
    command = [sys.executable, str(ROOT / "ci" / "comment.py")]
    return subprocess.run(command, env=kept | given, capture_output=True, encoding="utf-8", check=False)


@FORGES
def test_a_comment_takes_the_place_of_its_own_earlier_one(
    forge: Forge, tmp_path: Path, where: Any, path: str, one: str, verb: str, token: str
) -> None:
    """And of no other: not of another action's, of the same account; not of another snapshot's."""
    others = {id: f"comment {id}" for id in range(1, 151)}
    forge.comments |= others
    for text in ("first ±", "second"):
        done = comment(tmp_path, text, where(forge))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert comment(tmp_path, "of another", where(forge), "c.json").returncode == 0
    found = [body for id, body in forge.comments.items() if id not in others]
    assert found == ["<!-- dbstrata: a%2D%2Db.json -->\nsecond", "<!-- dbstrata: c.json -->\nof another"]
    assert {id: forge.comments[id] for id in others} == others
    assert [line for line in forge.asked if "GET" not in line] == [f"POST {path}", f"{verb} {one}/151", f"POST {path}"]
    assert forge.tokens == {token}


@FORGES
def test_a_comment_that_may_not_be_made_is_a_warning(
    forge: Forge, tmp_path: Path, where: Any, path: str, one: str, verb: str, token: str
) -> None:
    """The token of a pull request from a fork reads alone."""
    del path, one, verb, token
    forge.refuses = 403
    done = comment(tmp_path, "text", where(forge))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "::warning::dbstrata: no comment: the token may not (403); see the report\n"
    forge.refuses = 422
    done = comment(tmp_path, "text", where(forge))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("dbstrata: no comment: 422 ")
    assert forge.comments == {}


def test_a_long_report_is_cut_at_a_line(forge: Forge, tmp_path: Path) -> None:
    lines = [f"- **±** `table public.t{at}`\n" for at in range(10_000)]
    assert comment(tmp_path, "".join(lines), github(forge)).returncode == 0
    (body,) = forge.comments.values()
    assert 55_000 < len(body) < 65_536
    *kept, empty, cut = body.splitlines(keepends=True)[1:]
    assert kept == lines[: len(kept)]
    assert (empty, cut) == ("\n", "*Cut here: a comment takes no more. The report has all of it.*\n")


def test_an_empty_report_is_no_comment(forge: Forge, tmp_path: Path) -> None:
    assert comment(tmp_path, "\n", github(forge)).returncode == 0
    assert forge.asked == []


# the action


class Runner:
    """Runs the steps of action.yml in bash, with GitHub's files and the expressions that stand there."""

    def __init__(self, temp: Path, action: Path) -> None:
        self.temp, self.action, self.environment = temp, action, offline(temp / "packages")
        steps = msgspec.yaml.decode((ROOT / "action.yml").read_bytes())
        self.defaults = {name: given.get("default", "") for name, given in steps["inputs"].items()}
        self.steps = steps["runs"]["steps"]

    def run(self, folder: Path, event: dict[str, str], only: tuple[str, ...] = (), **inputs: str) -> "Run":
        """All steps, or some. A step without a status function in its `if` runs only while all went well."""
        contexts = {f"github.{name}": value for name, value in event.items()}
        contexts |= {"github.action_path": str(self.action), "runner.temp": str(self.temp)}
        defaults = {name: _filled(value, contexts) for name, value in self.defaults.items()}
        contexts |= {f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()}
        found = Run(contexts)
        for step in self.steps:
            condition = step.get("if", "true")
            if only and step["name"] not in only:
                continue
            if (found.failed and "cancelled()" not in condition) or not _value(condition, contexts):
                continue
            self._step(step, folder, event, found)
        return found

    def _step(self, step: dict[str, Any], folder: Path, event: dict[str, str], found: "Run") -> None:
        script, files = self.temp / "step.sh", {n: self.temp / n for n in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        script.write_text(step["run"])
        for file in files.values():
            file.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=folder,
            env={
                **os.environ,
                **self.environment,
                **{name: str(file) for name, file in files.items()},
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_API_URL": event["api_url"],
                "GITHUB_REPOSITORY": event["repository"],
                **{name: str(_filled(value, found.contexts)) for name, value in step.get("env", {}).items()},
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        found.ran.append(step["name"])
        found.said += done.stdout + done.stderr
        found.failed = found.failed or done.returncode != 0
        found.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, value = line.partition("=")
            found.contexts[f"steps.{step['id']}.outputs.{name}"] = value


class Run:
    """What came of it."""

    def __init__(self, contexts: dict[str, str]) -> None:
        self.contexts, self.ran, self.failed, self.said, self.summary = contexts, list[str](), False, "", ""


PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def offline(folder: Path) -> dict[str, str]:
    """What is installed here stands in for the package index; but for pip, of which each environment has its own."""
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith(("pip", "dbstrata", "__editable__")) and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    return {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHONPATH": str(folder), "PATH": PATH}


EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
TOKEN = re.compile(r"'[^']*'|&&|\|\||!=|==|!|[()]|[a-z_]+\(\)|[A-Za-z_][\w.-]*")
OPERATORS = {"&&": "and", "||": "or", "!": "not", "cancelled()": "False", "true": "True"}


def _value(text: str, contexts: dict[str, str]) -> Any:
    """An expression of a workflow: `and` and `or` give one of their sides there, too."""
    inner = EXPRESSION.fullmatch(text.strip())
    words = [
        OPERATORS.get(word) or (word if word[0] in "'(!=)" else repr(contexts.get(word, "")))
        for word in TOKEN.findall(inner[1] if inner else text)
    ]
    return eval(" ".join(words), {"__builtins__": {}})


def _filled(text: str, contexts: dict[str, str]) -> str:
    return EXPRESSION.sub(lambda found: str(_value(found[0], contexts)), text)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """With the action checked out and installed, by its own step."""
    folder = tmp_path_factory.mktemp("action")
    shutil.copytree(ROOT, folder / "action", symlinks=True, ignore=NOT_SOURCE)
    (folder / "temp").mkdir()
    checkout = Repo(folder / "action")
    checkout.commit("all")
    checkout.git("tag", "v0.1.0")
    found = Runner(folder / "temp", folder / "action")
    event = {"api_url": "", "repository": ""}
    done = found.run(folder, event, only=("Install dbstrata",), snapshot="s")
    assert not done.failed, done.said
    return found


REST = ("Review", "Drift", "Comment")


def pull_request(repo: Repo, forge: Forge) -> dict[str, str]:
    """A branch off main, and what the event says of it."""
    base = repo.commit("base", snapshot(table("t", ID, A)))
    repo.git("checkout", "-q", "-b", "feature")
    number = {"event.pull_request.number": "7", "event.pull_request.base.sha": base}
    return {"api_url": forge.url, "repository": "owner/shop", "token": "t", **number}


def documented(page: str) -> dict[str, str]:
    """What the workflow on that page of the manual gives to the action."""
    (workflow,) = workflows(ROOT / "docs" / page)
    (job,) = msgspec.yaml.decode(workflow)["jobs"].values()
    checkout, ours = job["steps"]
    assert (checkout["uses"], ours["uses"]) == ("actions/checkout@v5", "OWNER/dbstrata@v0.1.0")
    found: dict[str, str] = ours["with"]
    return found


def workflows(page: Path) -> list[str]:
    """Those on a page."""
    return [block.code for block in Page(page, page.read_text(encoding="utf-8")).blocks() if block.code[:3] == "on:"]


@pytest.mark.parametrize("page", ["git.md", "howto/ci.md"])
def test_a_pull_request_is_commented(runner: Runner, repo: Repo, forge: Forge, page: str) -> None:
    given = documented(page)
    event = pull_request(repo, forge)
    repo.commit("add", snapshot(table("t", ID, A), table("new")))
    done = runner.run(repo.folder, event, REST, **given)
    assert (done.failed, done.ran) == (False, ["Review", "Comment"]), done.said
    (body,) = forge.comments.values()
    assert body.startswith("<!-- dbstrata: db/schema.json -->\n")
    assert "- **+** `table public.new`" in body
    assert done.summary in body
    assert forge.tokens == {"Bearer t"}
    repo.commit("comment", snapshot(table("t", ID, A, comment="x"), table("new")))
    assert not runner.run(repo.folder, event, REST, **given, comment="false").failed
    assert list(forge.comments.values()) == [body]
    assert not runner.run(repo.folder, event, REST, **given).failed
    assert len(forge.comments) == 1
    assert "COMMENT ON TABLE public.t IS 'x'" in forge.comments[1]


def test_a_refused_pull_request_fails_and_is_commented(runner: Runner, repo: Repo, forge: Forge) -> None:
    event = pull_request(repo, forge)
    repo.commit("drop", snapshot(table("t", ID)))
    done = runner.run(repo.folder, event, REST, snapshot="db/schema.json")
    assert (done.failed, done.ran) == (True, ["Review", "Comment"])
    assert "**Refused:**" in forge.comments[1]
    assert "DB101 drops-column: column public.t.a" in done.said
    assert not runner.run(repo.folder, event, REST, snapshot="db/schema.json", allow="DB101 DB203").failed
    assert "**Refused:**" not in forge.comments[1]


def test_a_scheduled_run_looks_for_drift(runner: Runner, repo: Repo, forge: Forge, database: Database) -> None:
    """It has no pull request, and comments nothing."""
    database.psql("CREATE TABLE t (id integer)")
    (repo.folder / "db").mkdir()
    assert run("dump", "postgres", database.url, "-o", "db/schema.json").code == 0
    repo.commit("one")
    event = {"api_url": forge.url, "repository": "owner/shop", "token": "t"}
    given = documented("howto/drift.md")
    assert given.pop("database") == "${{ secrets.DATABASE_URL }}"
    done = runner.run(repo.folder, event, REST, **given, database=database.url)
    assert (done.failed, done.ran, done.summary) == (False, ["Drift"], ""), done.said
    database.psql("CREATE INDEX by_hand ON t (id)")
    done = runner.run(repo.folder, event, REST, **given, database=database.url)
    assert (done.failed, done.ran) == (True, ["Drift"])
    assert "index by_hand" in done.summary
    assert forge.asked == []


# GitLab's template


def job(runner: Runner, name: str, folder: Path, known: dict[str, str]) -> tuple[int, str]:
    """The template's job, up to its end and then what comes after: its exit code, and what it said."""
    template = msgspec.yaml.decode((ROOT / "ci" / "gitlab.yml").read_bytes())[name]
    source = {"DBSTRATA_SOURCE": f"file://{runner.action}"}
    for variable, value in {**template["variables"], **known, **source}.items():
        known[variable] = re.sub(r"^\$(\w+)$", lambda found: known[found[1]], value)
    bin, temp = runner.temp / "dbstrata" / "bin", runner.temp / name
    path = {"PATH": os.pathsep.join((str(bin), os.environ["PATH"]))}
    done = list[subprocess.CompletedProcess[str]]()
    for part in ([*template["before_script"], *template["script"]], template.get("after_script", [])):
        script = "\n".join(part).replace("/tmp", str(temp))
        environment = {**os.environ, **runner.environment, **path, **known}
        command = ["bash", "-e", "-c", script]
        done.append(
            subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
        )
    assert done[1].returncode == 0, done[1].stderr
    paths = [path.replace("$REPORT", known.get("REPORT", "")) for path in template["artifacts"]["paths"]]
    assert all((folder / path).exists() for path in paths), done[0].stderr
    return done[0].returncode, done[0].stdout + done[0].stderr


def test_a_merge_request_is_commented(runner: Runner, repo: Repo, forge: Forge) -> None:
    """By the job of the manual."""
    base = pull_request(repo, forge)["event.pull_request.base.sha"]
    repo.commit("drop", snapshot(table("t", ID)))
    page = Page(ROOT / "docs" / "git.md", (ROOT / "docs" / "git.md").read_text(encoding="utf-8"))
    (block,) = [block for block in page.blocks() if block.code[:8] == "include:"]
    schema = msgspec.yaml.decode(block.code)["schema"]
    known = gitlab(forge) | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, **schema["variables"]}
    code, said = job(runner, schema["extends"], repo.folder, {**known, "DBSTRATA_TOKEN": "t"})
    assert code == 3, said
    assert "**Refused:**" in forge.comments[1]
    asked = len(forge.asked)
    assert job(runner, schema["extends"], repo.folder, known)[0] == 3
    assert len(forge.asked) == asked, "without a token it comments nothing"


def test_a_schedule_of_gitlab_looks_for_drift(runner: Runner, repo: Repo, database: Database) -> None:
    assert run("dump", "postgres", database.url, "-o", "schema.json").code == 0
    database.psql("CREATE TABLE by_hand ()")
    known = {"SNAPSHOT": "schema.json", "DATABASE_URL": database.url}
    code, said = job(runner, ".dbstrata-drift", repo.folder, known)
    assert code == 1, said
    assert "+ table public.by_hand" in said.replace("*", "").replace("`", "")


# the linter

LINTER = shutil.which("jactionlint", path=PATH)


@pytest.mark.skipif(LINTER is None, reason="no jactionlint; pip install jactionlint")
@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("", "", "", ""),
        ("action.yml", "inputs.allow", "inputs.alow", '"alow" is not defined'),
        ("action.yml", '"$REPORT"', "$REPORT", "SC2086"),
        ("0.yml", "snapshot:", "snapshots:", 'missing input "snapshot"'),
    ],
)
def test_a_linter_finds_nothing_but_what_is_wrong(repo: Repo, file: str, old: str, new: str, found: str) -> None:
    """jactionlint began as actionlint, checks what that checks, and the action itself; scripts go to shellcheck."""
    assert LINTER is not None
    folder = repo.folder / ".github" / "workflows"
    folder.mkdir(parents=True)
    texts = [text for page in sorted((ROOT / "docs").rglob("*.md")) for text in workflows(page)]
    assert len(texts) == 3
    for at, text in enumerate(texts):
        (folder / f"{at}.yml").write_text(text.replace("OWNER/dbstrata@v0.1.0", "./"))
    (repo.folder / "action.yml").write_bytes((ROOT / "action.yml").read_bytes())
    for path in repo.folder.rglob(file) if file else ():
        path.write_text(path.read_text().replace(old, new))
    done = subprocess.run(
        [LINTER, "--profile", "correctness", "--format", "oneline", *folder.iterdir(), "action.yml"],
        env={**os.environ, "PATH": PATH},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "") if not found else found in done.stdout, done.stdout


@pytest.mark.skipif(not (CHECKER := shutil.which("shellcheck", path=PATH)), reason="no shellcheck")
def test_the_scripts_pass_shellcheck() -> None:
    scripts = map(str, sorted((ROOT / "ci").glob("*.sh")))
    done = subprocess.run([str(CHECKER), *scripts], capture_output=True, encoding="utf-8", check=False)
    assert done.stdout == ""
