"""Every error that a user can meet: one tree, each message complete.

    DbstrataError      what, where, next; `exit_code` is the process's
    |-- InputError     2  a file, an option or an argument is wrong
    |-- Refused        3  policy, drift, preflight, no rule, unmodelled, a bad bundle
    |-- ServerFailed   4  a server could not be reached, refused, or failed
    |   |-- LockTimeout       a lock was not had in time: worth another try
    |   `-- ConnectionLost    nobody is there any more: what was begun may be done or not
    |-- Interrupted  130  Ctrl-C while a server was changed: stopped at a step's edge
    `-- Defect         5  dbstrata itself is wrong: a plan that does not prove

A subclass exists where a caller acts differently. No message holds a password.
"""

import re
from typing import ClassVar

__all__ = [
    "ConnectionLost",
    "DbstrataError",
    "Defect",
    "InputError",
    "Interrupted",
    "LockTimeout",
    "Refused",
    "ServerFailed",
    "hushed",
]

_SECRETS = re.compile(
    r"(password(?:=|\s+=\s*))('(?:[^'\\]|\\.)*'?|[^\s&]+)"
    r"|((?:\A|[\s'\"]|://)[^/\s:@'\"]*:)(?!//[^:@\s]*@)\S*(?=@)",
    re.IGNORECASE,
)
"""What follows `password=`, in a connection string or a URL, and what stands between a user and the last `@`. A URL
that names a user alone has none."""


def hushed(text: str) -> str:
    """The text without anything like a password: what is said of an argument may repeat one."""
    return _SECRETS.sub(lambda m: (m[1] or m[3]) + "***", text)


class DbstrataError(Exception):
    """What went wrong, where, and what to do next. `str()` is the one line that a user reads."""

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, where: str, next: str) -> None:
        super().__init__(what, where, next)
        self.what, self.where, self.next = what, where, next

    def __str__(self) -> str:
        return "dbstrata: {}: {}; {}".format(*(_one_line(hushed(said)) for said in (self.what, self.where, self.next)))


class InputError(DbstrataError):
    """A file, an option or an argument is wrong."""

    exit_code: ClassVar[int] = 2


class Refused(DbstrataError):
    """dbstrata could go on and will not."""

    exit_code: ClassVar[int] = 3


class ServerFailed(DbstrataError):
    """A server could not be reached, refused, or failed."""

    exit_code: ClassVar[int] = 4


class LockTimeout(ServerFailed):
    """A lock was not had in time."""


class ConnectionLost(ServerFailed):
    """The connection broke midway."""


class Interrupted(DbstrataError):
    """The user ended it, and it says where things stand. 130 is what a shell expects then."""

    exit_code: ClassVar[int] = 130


class Defect(DbstrataError):
    """dbstrata contradicts itself; the user did nothing wrong."""

    exit_code: ClassVar[int] = 5


def _one_line(text: str) -> str:
    """Runs of white space, line feeds among them, as one space; other control characters escaped."""
    folded = " ".join(text.split())
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in folded)
