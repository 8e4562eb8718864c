"""What runs elsewhere: the script of the CI templates, the templates, the hooks."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dbstrata.cli.main import COMMANDS
from dbstrata.snapshots import split
from dbstrata.snapshots.model import Grant
from dbstrata.snapshots.postgres import Column, Default, Generated, View

from ..cli.commands import run, snapshot, table, written
from ..docs.pages import Page
from ..servers import Database
from .repositories import Repo

ROOT = Path(__file__).parents[2]
ID, A = Column(name="id", type="integer"), Column(name="a", type="text")


def review(repo: Repo, base: str = "main", **variables: str) -> "subprocess.CompletedProcess[str]":
    """`ci/review.sh`, as a runner starts it."""
    program = f"{shlex.quote(sys.executable)} -m dbstrata"
    given = {"SNAPSHOT": "db/schema.json", "BASE": base, "DBSTRATA": program, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["/bin/sh", str(ROOT / "ci" / "review.sh")],
        cwd=repo.folder,
        env={**os.environ, **given, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def branch(repo: Repo) -> Repo:
    """A branch off main, which went on."""
    repo.commit("base", snapshot(table("t", ID, A)))
    repo.git("checkout", "-q", "-b", "feature")
    repo.git("checkout", "-q", "main")
    repo.commit("main went on", snapshot(table("t", ID, A), table("later")))
    repo.git("checkout", "-q", "feature")
    return repo


def test_a_review_reports_what_the_branch_changed(branch: Repo) -> None:
    branch.commit("add", snapshot(table("t", ID, A), table("new")))
    done = review(branch)
    assert (done.returncode, done.stderr) == (0, "")
    report = (branch.folder / "schema-report.md").read_text()
    assert "- **+** `table public.new`" in report
    assert "later" not in report
    assert "    CREATE TABLE public.new (" in report


def test_a_review_fails_on_what_the_policy_refuses(branch: Repo) -> None:
    """By default that is what loses data."""
    branch.commit("drop", snapshot(table("t", ID)))
    done = review(branch)
    assert done.returncode == 3
    assert "DB101 drops-column: column public.t.a" in done.stderr
    report = (branch.folder / "schema-report.md").read_text()
    assert "**Refused:**\n\n    dbstrata: 1 refused by the policy: DB101 drops-column" in report
    assert "- DB101 drops-column: column public.t.a: " in report
    assert "        DROP COLUMN a;" in report
    assert review(branch, ALLOW="DB203 DB101:public.t.*").returncode == 0
    assert review(branch, ALLOW="DB101:public.other.*").returncode == 3
    assert "no such code" in review(branch, ALLOW="DB999").stderr


def test_a_review_fails_on_a_lost_privilege(branch: Repo) -> None:
    granted = table("t", ID, A, owner="me", acl=(Grant(to="reader", privileges=("SELECT",)),))
    branch.commit("granted", snapshot(granted))
    branch.git("branch", "granted")
    branch.commit("revoked", snapshot(table("t", ID, A, owner="me")))
    done = review(branch, "granted")
    assert done.returncode == 3
    assert re.search(r"DB5\d\d [a-z-]+: table public\.t", done.stderr), done.stderr


def test_the_settings_of_the_repository_decide(branch: Repo) -> None:
    (branch.folder / "dbstrata.toml").write_text('[policy.codes]\nDB101 = "allow"\n')
    branch.commit("drop", snapshot(table("t", ID)))
    assert review(branch).returncode == 0


def test_a_review_fails_on_what_is_refused(branch: Repo) -> None:
    """A generated column that is not stored needs PostgreSQL 18."""
    branch.commit("older", snapshot(table("t", ID, A), version=170000))
    branch.git("branch", "older")
    virtual = Column(name="v", type="integer", generated=Generated(expression="1", virtual=True))
    branch.commit("virtual", snapshot(table("t", ID, A, virtual)))
    done = review(branch, "older")
    assert done.returncode == 3
    assert done.stderr.startswith("dbstrata: ")
    assert "**Refused:**" in (branch.folder / "schema-report.md").read_text()


def test_a_review_of_a_new_snapshot(branch: Repo) -> None:
    branch.commit("other", snapshot(table("t", ID)), "db/other.json")
    assert review(branch, SNAPSHOT="db/other.json", REPORT="r.md").returncode == 0
    assert "- **+** `table public.t`" in (branch.folder / "r.md").read_text()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"SNAPSHOT": ""}, "names the snapshot"),
        ({"BASE": "nope"}, "no such revision: nope"),
        ({"SNAPSHOT": "nope.json"}, "no such path in HEAD: nope.json"),
    ],
)
def test_a_review_that_can_not_be_made(branch: Repo, variables: dict[str, str], message: str) -> None:
    done = review(branch, base=variables.pop("BASE", "main"), **variables)
    assert done.returncode == 2
    assert message in done.stderr


def drift(folder: Path, url: str) -> "subprocess.CompletedProcess[str]":
    """`ci/drift.sh`, as a runner starts it."""
    program = f"{shlex.quote(sys.executable)} -m dbstrata"
    given = {"SNAPSHOT": "schema.json", "DATABASE_URL": url, "DBSTRATA": program, "PYTHONPATH": str(ROOT)}
    command = ["/bin/sh", str(ROOT / "ci" / "drift.sh")]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **given}, capture_output=True, encoding="utf-8", check=False
    )


def test_drift_is_found(database: Database, tmp_path: Path) -> None:
    database.psql("CREATE TABLE t (id integer)")
    assert run("dump", "postgres", database.url, "-o", tmp_path / "schema.json").code == 0
    assert (drift(tmp_path, database.url).returncode, drift(tmp_path, database.url).stdout) == (0, "")
    database.psql("CREATE INDEX by_hand ON t (id)")
    done = drift(tmp_path, database.url)
    assert done.returncode == 1
    assert "index by_hand" in done.stdout
    assert "index by_hand" in (tmp_path / "drift-report.md").read_text()
    assert drift(tmp_path, "postgresql://localhost:1/none").returncode == 4


# what the files say


def yaml(name: str) -> Any:
    return msgspec.yaml.decode((ROOT / name).read_bytes())


def test_hooks_run_commands_that_there_are() -> None:
    for hook in yaml(".pre-commit-hooks.yaml"):
        program, verb, *_ = hook["entry"].split()
        assert (program, hook["language"]) == ("dbstrata", "python")
        assert verb in COMMANDS
        assert re.search(hook["files"], "db/schema.json")


@pytest.mark.parametrize("as_split", [False, True], ids=["file", "split"])
def test_pre_commit_runs_the_hooks(repo: Repo, tmp_path: Path, as_split: bool) -> None:
    """With the settings of the manual, but for where dbstrata comes from: it is installed already."""
    hooks = Repo(tmp_path / "hooks")
    (hooks.folder / ".pre-commit-hooks.yaml").write_bytes((ROOT / ".pre-commit-hooks.yaml").read_bytes())
    page = Page(ROOT / "docs" / "git.md", (ROOT / "docs" / "git.md").read_text(encoding="utf-8"))
    (block,) = [block for block in page.blocks() if block.code.startswith("repos:")]
    text = block.code.replace("URL-OF-THIS-REPOSITORY", str(hooks.folder)).replace("v0.1.0", hooks.commit("hooks"))
    text = text.replace("        files: ", "        language: system\n        files: ")
    (repo.folder / ".pre-commit-config.yaml").write_text(text)
    path = "db/schema" if as_split else "db/schema.json"

    def told(found: Any, edit: Callable[[bytes], bytes] | None = None) -> dict[str, str]:
        repo.git("rm", "-q", "-r", "-f", "--ignore-unmatch", "db")
        file = repo.write(found, path, as_split=as_split)
        file = file / "table" / "public.t.json" if as_split else file
        file.write_bytes(edit(file.read_bytes()) if edit else file.read_bytes())
        repo.git("add", "-A")
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run"],
            env={
                **os.environ,
                "PRE_COMMIT_HOME": str(tmp_path / "home"),
                "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return dict(re.findall(r"^snapshots (are|hold).*\.(Passed|Failed)$", done.stdout, re.MULTILINE)) or {
            "failed": done.stdout + done.stderr
        }

    good, secret = snapshot(table("t", ID)), snapshot(table("t", ID, comment="password: hunter2"))
    assert told(good) == {"are": "Passed", "hold": "Passed"}
    assert told(good, lambda data: data.replace(b"  ", b" ")) == {"are": "Failed", "hold": "Passed"}
    assert told(secret) == {"are": "Passed", "hold": "Failed"}
    if not as_split:
        older = (ROOT / "tests" / "fixtures" / "format0.json").read_bytes()
        assert told(good, lambda _: older)["are"] == "Failed"


def test_the_action_runs_the_script() -> None:
    action = yaml("action.yml")
    assert action["runs"]["using"] == "composite"
    inputs = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text()))
    assert inputs == set(action["inputs"])
    steps = {step["name"]: step for step in action["runs"]["steps"]}
    assert all("shell" in step for step in steps.values())
    assert '"$ACTION/ci/review.sh"' in steps["Review"]["run"]
    assert '"$ACTION/ci/drift.sh"' in steps["Drift"]["run"]
    assert "${{" not in "".join(step["run"] for step in steps.values()), "what a user wrote must not become a script"


def test_the_template_runs_the_script() -> None:
    jobs = yaml("ci/gitlab.yml")
    assert jobs[".dbstrata-review"]["script"] == ["/tmp/dbstrata/ci/review.sh"]
    assert jobs[".dbstrata-review"]["variables"]["GIT_DEPTH"] == "0"
    assert jobs[".dbstrata-drift"]["script"] == ["/tmp/dbstrata/ci/drift.sh"]


@pytest.mark.parametrize("name", ["ci/review.sh", "ci/drift.sh"])
def test_scripts_parse_and_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["/bin/sh", "-n", ROOT / name], check=True)


# secrets, and files of a split snapshot


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("postgres://app:hunter2@db/shop", "a URL with a password"),
        ("SELECT dblink('host=db password=hunter2')", "a password"),
        ("CREATE ROLE app PASSWORD 'hunter2'", "a password of a role"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("AKIA" + "A" * 16, "an AWS access key"),
        ("ghp_" + "a" * 36, "a GitHub token"),
        ("the password of a customer, hashed", None),
        ("password IS NOT NULL", None),
        ("postgres://db/shop", None),
        ("'user:' || name || '@'", None),
    ],
)
def test_secrets(tmp_path: Path, text: str, what: str | None) -> None:
    view = View(schema="public", name="v", query=("SELECT 1", text))
    file = written(tmp_path, "s.json", snapshot(table("t", ID), view))
    done = run("secrets", file)
    assert (done.code, done.err) == (1 if what else 0, "")
    assert done.out == (f"{file}: view public.v: query: {what}\n" if what else "")


def test_secrets_are_found_at_every_depth_and_never_printed(tmp_path: Path) -> None:
    column = Column(name="a", type="text", default=Default(expression="'https://u:hunter2@x'::text"))
    file = written(tmp_path, "s.json", snapshot(table("t", column, comment="password: hunter2")))
    done = run("secrets", file)
    assert done.out == (
        f"{file}: table public.t: comment: a password\n{file}: default public.t.a: expression: a URL with a password\n"
    )


def test_hooks_get_files_of_a_split_snapshot(tmp_path: Path) -> None:
    """pre-commit names the files that changed; each stands for the whole."""
    split.write(snapshot(table("t", ID, comment="password: hunter2"), table("u", ID)), tmp_path / "db")
    (tmp_path / "db" / "table" / "public.u.json").write_text('{"kind": "table", "name": "u", "schema": "public"}')
    files = [tmp_path / "db" / name for name in ("table/public.u.json", "table/public.t.json", "manifest.json")]
    assert run("fmt", "--check", *files).out == f"not canonical: {tmp_path / 'db'}\n"
    assert run("secrets", *files).out.count("a password") == 1
    (tmp_path / "manifest.json").write_text('{"name": "a web application"}')
    alone = written(tmp_path / "db", "alone.json", snapshot(table("t", ID)))
    assert run("fmt", "--check", alone).code == 0
