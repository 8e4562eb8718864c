"""No output holds a password, however it was given: no message repeats what may be one."""

import pytest

from dbstrata.snapshots.errors import hushed

from .commands import run

SECRET = "tell-nobody"
PLACE = "host=127.0.0.1 port=1 dbname=d user=u"
SOURCES = [
    f"{PLACE} password={SECRET}",
    f"password = '{SECRET} {SECRET}' {PLACE}",
    f"password={SECRET} nonsense",
    f"{PLACE} no_such_option=1 password={SECRET}",
    f"postgresql://u:{SECRET}@127.0.0.1:1/d",
    f"postgresql://u@127.0.0.1:1/d?sslmode=disable&password={SECRET}",
    f"postgresql://u:{SECRET}@127.0.0.1:1:2/d",
    f"postgresql://u:a@{SECRET}@127.0.0.1:1/d",
    f"postgresql://u:a/{SECRET}@127.0.0.1:1/d",
    f"postgresql://u:{SECRET}/a@127.0.0.1:1/d",
    f"postgresql://u:a?b@{SECRET}@127.0.0.1:1/d",
    f"u:a@{SECRET}@127.0.0.1/d",
    f"nosuch://u:{SECRET}@127.0.0.1/d",
    f"u:{SECRET}@127.0.0.1/d",
    f"database password={SECRET}",
    f"conn='password={SECRET}'",
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "command",
    [
        ("diff", "{}", "empty"),
        ("diff", "empty", "{}", "--format", "json"),
        ("script", "{}", "empty"),
        ("build", "{}"),
        ("fmt", "{}"),
        ("upgrade", "{}"),
        ("dump", "postgres", "{}"),
        ("diff", "empty"),
        ("{}",),
    ],
    ids=" ".join,
)
def test_no_password_is_repeated(source: str, command: tuple[str, ...]) -> None:
    done = run(*(word.format(source) for word in command), *([source] if command == ("diff", "empty") else []), "--x")
    bare = run(*(word.format(source) for word in command))
    for found in (done, bare):
        assert found.code in (2, 4)
        assert SECRET not in found.out + found.err


@pytest.mark.parametrize("argument", [f"password={SECRET}", f"--password={SECRET}", f"postgresql://u:{SECRET}@h/d"])
def test_a_wrong_command_line_is_not_repeated_whole(argument: str) -> None:
    done = run("diff", "empty", "host=127.0.0.1", argument)
    assert done.code == 2
    assert SECRET not in done.out + done.err


def test_what_is_no_secret_is_said() -> None:
    plain = "type of column public.t.c: PostgreSQL has no cast from a to b: see s:t, a@b and password"
    assert hushed(plain) == plain
    for known in ("write postgresql://user@host:5432/d", "postgresql://u@h/d?options=a@b", "no dialect for x://u@h:1"):
        assert hushed(known) == known
    assert hushed(f"host=h password={SECRET} user=u") == "host=h password=*** user=u"
