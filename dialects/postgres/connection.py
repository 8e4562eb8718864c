"""Connecting to PostgreSQL, and the errors of life in one clear line each.

URLs, PG* variables, the service file and the password file are libpq's business: a URL goes to it unread (manual,
libpq, "Connection Strings"). What libpq and the server say while connecting has no SQLSTATE, so that those few errors
are known by their English text; any other text is passed on as it came. No message holds a password or the URL.
"""

import re
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from ...snapshots.errors import ConnectionLost, DbstrataError, InputError, LockTimeout, Refused, ServerFailed, hushed

if TYPE_CHECKING:
    import psycopg

__all__ = [
    "INSTALL",
    "NEWEST_TESTED",
    "OLDEST",
    "Connection",
    "beside",
    "connect",
    "connection",
    "elsewhere",
    "explained",
    "where",
]

if TYPE_CHECKING:
    Connection = psycopg.Connection[Any]
else:
    Connection = "psycopg.Connection"

OLDEST = 13
NEWEST_TESTED = 18
INSTALL = "python -m pip install 'dbstrata[postgres]'"


class Explanation(NamedTuple):
    """What an error text of libpq or of the server means to a user."""

    pattern: str
    what: str
    next: str


CROWDED = (
    "the server ran out of memory or of lock slots",
    "raise max_locks_per_transaction, or narrow the dump with --schema",
)
CONNECTING = (
    Explanation(
        r"no password supplied",
        "the server wants a password and got none",
        "set PGPASSWORD, use a password file (PGPASSFILE), or run it in a terminal to be asked",
    ),
    Explanation(
        r"password authentication failed|(?:PAM|LDAP|RADIUS|SCRAM).* failed",
        "the server refused the password",
        "check user and password (PGPASSWORD, the password file, the URL)",
    ),
    Explanation(
        r'role "(.*)" does not exist|role "(.*)" is not permitted to log in',
        "there is no such role, or it may not log in",
        "name another user in the URL, or have the role created: CREATE ROLE ... LOGIN",
    ),
    Explanation(
        r"Peer authentication failed|Ident authentication failed",
        "the server takes your operating-system user for another one",
        "name that user in the URL, or connect over TCP (a host in the URL) with a password",
    ),
    Explanation(
        r'database "(.*)" does not exist',
        "there is no such database",
        "check the name behind the last slash of the URL; `psql -l` lists databases",
    ),
    Explanation(
        r"could not translate host name|Name or service not known|nodename nor servname|failed to resolve host",
        "there is no such host",
        "check the host's name, and the network or VPN",
    ),
    Explanation(
        r"connection to server on socket .*No such file or directory",
        "no server listens on that socket",
        "start the server, or name its host and port in the URL",
    ),
    Explanation(
        r"Connection refused",
        "no server listens there: connection refused",
        "check host and port, that the server runs, and that it listens on that address (listen_addresses)",
    ),
    Explanation(
        r"timeout expired|timed out|Network is unreachable|No route to host",
        "the host does not answer",
        "check host and port, the network or VPN, and firewalls",
    ),
    Explanation(
        r"no pg_hba\.conf entry|pg_hba\.conf rejects",
        "the server's pg_hba.conf does not let this user in from here",
        "have an entry added for this user, database and address, or change sslmode as the server wants it",
    ),
    Explanation(
        r"permission denied for database",
        "the role may not connect to this database",
        "have it granted: GRANT CONNECT ON DATABASE ... TO ...",
    ),
    Explanation(
        r"too many connections for role",
        "the user has no connection left",
        "close others, wait, or have the role altered: CONNECTION LIMIT",
    ),
    Explanation(
        r"too many clients|remaining connection slots|too many connections",
        "the server has no connection left",
        "close others, or wait",
    ),
    Explanation(
        r"is starting up|is shutting down|in recovery mode|not yet accepting connections",
        "the server starts, stops or recovers",
        "wait a moment",
    ),
    Explanation(r"out of shared memory", *CROWDED),
    Explanation(
        r"server closed the connection unexpectedly|Connection reset|received invalid response"
        r"|expected authentication request",
        "what listens there hung up, or speaks no PostgreSQL",
        "check host and port, and the server's log",
    ),
    Explanation(
        r"SSL|certificate|TLS|GSSAPI",
        "TLS with the server failed",
        "check sslmode, sslrootcert and the certificate's host name",
    ),
)
"""In this order: the first that fits. Sources: fe-connect.c, fe-auth.c; auth.c, miscinit.c, postinit.c."""

IN_THE_WAY = ("rows stand in the way", "mend those that the line tells of; preflight.sql asks for most of their kind")
WORKING = {
    **dict.fromkeys(("22001", "22003", "22007", "22008", "22012", "22026", "22P02"), IN_THE_WAY),
    **dict.fromkeys(("23502", "23503", "23505", "23514", "23P01"), IN_THE_WAY),
    "42501": ("the role may not do that", "connect as the owner of what is named, or have the privilege granted"),
    "55P03": ("a lock was not had in time", "wait for the deployment or the long transaction that holds it, and retry"),
    "57014": ("the server cancelled the statement", "raise statement_timeout (PGOPTIONS='-c statement_timeout=0')"),
    "53300": ("the server has no connection left", "close others, or wait"),
    "53200": CROWDED,
    "53100": ("the server has no room left", "free some space on its disks"),
    "40P01": ("the server broke a deadlock", "try again"),
    "25006": ("the server only reads now", "connect to the primary"),
}
"""By SQLSTATE (manual, appendix A): what, and what to do next."""

FORBIDDEN = (
    (r"must be owner of (?:\w+ )*?(\S+)$", "connect as its owner, or be made a member: GRANT <owner of {0}> TO {user}"),
    (r"permission denied for schema (\S+)", "have it granted: GRANT USAGE, CREATE ON SCHEMA {0} TO {user}"),
    (r"permission denied for database (\S+)", "have it granted: GRANT CREATE ON DATABASE {0} TO {user}"),
    (
        r"permission denied for table (\S+)",
        "have it granted: GRANT SELECT, REFERENCES ON {0} TO {user}; or be its owner",
    ),
    (r"permission denied for sequence (\S+)", "have it granted: GRANT USAGE, SELECT ON SEQUENCE {0} TO {user}"),
    (r"permission denied for (?:function|procedure) (\S+)", "have it granted: GRANT EXECUTE ON ROUTINE {0} TO {user}"),
    (r'must be (?:able to SET ROLE|member of role) "(.*)"', "be made a member: GRANT {0} TO {user}"),
    (r"must be superuser", "connect as a superuser, or have one do this step"),
)
"""What the server says with 42501, and the privilege that is missing."""

_URL = re.compile(r"postgres(ql)?://")
_ENCODED = re.compile(r"\w+://(?>[^@/]*@|)[^@/?]*(/[^@?]*)?(\?.*)?", re.DOTALL)
"""User, hosts, database and options, with at most the one `@` that ends the user (libpq, "Connection URIs")."""

WAITED = ("55P03", "40P01")
"""A lock that was not had: worth another try."""
LOST = ("57P01", "57P02", "57P03", "57P05", "08")
"""SQLSTATEs, or their beginnings, after which there is no connection."""


def connect(url: str, *, untested: bool = False) -> "psycopg.Connection[Any]":
    """A connection in autocommit mode, its messages in English; the password is asked for where a terminal is at hand.

    Raises InputError (a URL that is none, no driver), ServerFailed, Refused (a server newer than any tested one).
    """
    psycopg = _driver()
    _check(url)
    try:
        found = _connected(url)
    except psycopg.Error as error:
        raise _unconnected(error, url) from None
    try:
        with explained(found):
            _greet(found, untested)
    except BaseException:
        found.close()
        raise
    return found


@contextmanager
def connection(url: str, *, untested: bool = False) -> Generator["psycopg.Connection[Any]"]:
    """`connect`, errors explained, closed in the end."""
    found = connect(url, untested=untested)
    try:
        with explained(found):
            yield found
    finally:
        found.close()


@contextmanager
def alongside(found: "psycopg.Connection[Any]") -> Generator["psycopg.Connection[Any]"]:
    """Another connection of the same kind, that asks for no password again."""
    psycopg = _driver()
    with explained(found), psycopg.connect(found.info.dsn, password=found.info.password, autocommit=True) as other:
        yield other


@contextmanager
def explained(found: "psycopg.Connection[Any]") -> Generator[None]:
    """Errors of the driver inside become ServerFailed: what, where, what next."""
    psycopg = _driver()
    where = _where(found.pgconn)
    try:
        yield
    except psycopg.Error as error:
        raise _failed(error, found, where) from error


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise InputError(
            what="the driver for PostgreSQL is missing",
            where=f"psycopg can't be imported ({error})",
            next=f"run: {INSTALL}",
        ) from None
    return psycopg


def _check(url: str) -> None:
    """libpq's own opinion of the URL, whose message would repeat the password; and ours: where a password has an `@` or
    a `/` as it is, libpq takes a part of it for the host or the database, which messages name."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(url)
        said = _URL.match(url) is None or _ENCODED.fullmatch(url) is not None
    except psycopg.Error:
        said = False
    if not said:
        raise InputError(
            what="that is no PostgreSQL URL",
            where="the URL argument (not repeated here: it may hold a password)",
            next="write postgresql://user@host:5432/database, and percent-encode @ : / ? # % in its parts",
        ) from None


def _connected(url: str) -> "psycopg.Connection[Any]":
    import psycopg

    settings: dict[str, Any] = {"fallback_application_name": "dbstrata", "client_encoding": "utf8"}
    try:
        return psycopg.connect(url, autocommit=True, **settings)
    except psycopg.OperationalError as error:
        if not (error.pgconn and error.pgconn.needs_password and sys.stdin.isatty()):
            raise
        from getpass import getpass

        try:
            password = getpass(f"Password for {_where(error.pgconn)}: ")
        except (EOFError, KeyboardInterrupt):
            raise error from None
        return psycopg.connect(url, autocommit=True, password=password, **settings)


def _greet(found: "psycopg.Connection[Any]", untested: bool) -> None:
    """Refuse what is no PostgreSQL of a known version; ask for English messages, which only some roles may."""
    import psycopg

    where = _where(found.pgconn)
    version = found.info.server_version
    major = version // 10000
    if major < OLDEST:
        raise ServerFailed(
            what=f"PostgreSQL {_spelled(version)} is too old",
            where=f"{where}; dbstrata reads {OLDEST} to {NEWEST_TESTED}",
            next=f"upgrade the server to {OLDEST} or newer",
        )
    if major > NEWEST_TESTED and not untested:
        raise Refused(
            what=f"PostgreSQL {_spelled(version)} is newer than any that dbstrata was tested with",
            where=f"{where}; the newest tested is {NEWEST_TESTED}",
            next="upgrade dbstrata, or try it with --untested-server",
        )
    with suppress(psycopg.errors.InsufficientPrivilege):
        found.execute("SELECT pg_catalog.set_config('lc_messages', 'C', false)")


def _unconnected(error: Any, url: str) -> ServerFailed:
    """Why there is no connection."""
    where = _where(error.pgconn) if error.pgconn else _asked(url)
    text = _clean(str(error))
    for known in CONNECTING:
        if re.search(known.pattern, text):
            return ServerFailed(what=known.what, where=where, next=known.next)
    if error.pgconn and error.pgconn.used_password:
        return ServerFailed(
            what=f"the server did not let us in: {text}", where=where, next="check user, password and database"
        )
    return ServerFailed(what=f"cannot connect: {text}", where=where, next="check the URL and the server's log")


def _failed(error: Any, found: "psycopg.Connection[Any]", where: str) -> DbstrataError:
    """Why the server failed us while we worked."""
    state = error.sqlstate or ""
    text = _clean(error.diag.message_primary or str(error))
    if found.closed or found.broken or state.startswith(LOST):
        return ConnectionLost(
            what="the connection to the server was lost midway",
            where=f"{where} ({text})",
            next="see that the server runs and what its log says, then start again",
        )
    if state == "57014" and "timeout" not in text:
        return ServerFailed(what="someone cancelled the statement", where=f"{where} ({text})", next="start again")
    if state in WAITED:
        return LockTimeout(what=WORKING[state][0], where=f"{where} ({text})", next=WORKING[state][1])
    if state == "42501":
        return ServerFailed(what=WORKING[state][0], where=f"{where} ({text})", next=_missing_right(text, found))
    what, next_ = WORKING.get(state, (f"the server failed with SQLSTATE {state or '?'}", "see the server's log"))
    return ServerFailed(what=what, where=f"{where} ({text})", next=next_)


def _missing_right(text: str, found: "psycopg.Connection[Any]") -> str:
    """Which GRANT helps."""
    for pattern, advice in FORBIDDEN:
        if match := re.search(pattern, text):
            return advice.format(*match.groups(), user=found.info.user)
    return WORKING["42501"][1]


def where(found: "psycopg.Connection[Any]") -> str:
    """Host, port, database and user, in words."""
    return _where(found.pgconn)


def beside(url: str, database: str) -> str:
    """The URL of another database on that server."""
    from psycopg.conninfo import make_conninfo

    return make_conninfo(url, dbname=database)


def elsewhere(found: "psycopg.Connection[Any]", database: str, *, secret: bool = True) -> str:
    """A connection string for another database on that server, as the same user. Without `secret`, for the command line
    of a program: it holds no password."""
    from psycopg.conninfo import make_conninfo

    password = found.info.password if secret else None
    return make_conninfo(found.info.dsn, dbname=database, password=password or None)


def _where(pgconn: Any) -> str:
    """Host, port, database and user as libpq resolved them; never the password."""

    def known(name: str) -> str:
        value: bytes | None = getattr(pgconn, name, None)
        return (value or b"").decode(errors="replace")

    try:
        return _spelled_where(known("host"), known("port"), known("db"), known("user"))
    except Exception as error:  # psycopg's OperationalError, of a connection that is closed
        return f"a server that is gone ({type(error).__name__})"


def _asked(url: str) -> str:
    """The same from the URL and the environment, for want of a connection."""
    from psycopg import pq
    from psycopg.conninfo import conninfo_to_dict

    wanted = {option.keyword.decode(): (option.val or b"").decode() for option in pq.Conninfo.get_defaults()}
    wanted.update({name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None})
    host = wanted.get("host") or wanted.get("hostaddr") or ""
    return _spelled_where(host, wanted.get("port", ""), wanted.get("dbname", ""), wanted.get("user", ""))


def _spelled_where(host: str, port: str, database: str, user: str) -> str:
    return f"host {host or 'local socket'}, port {port or '5432'}, database {database or user}, user {user}"


def _clean(text: str) -> str:
    """The last line that says something, without libpq's preamble, and without anything like a password."""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    useful = [line for line in said if not line.startswith(("Multiple connection attempts", "Is the server running"))]
    return hushed(" ".join(useful or said))


def _spelled(version: int) -> str:
    return (
        f"{version // 10000}.{version % 10000}" if version >= 100000 else f"{version // 10000}.{version // 100 % 100}"
    )
