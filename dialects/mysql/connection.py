"""Connecting to MySQL and MariaDB, and the errors of life in one clear line each.

A URL is `mysql://user:password@host:port/database?ssl-mode=...`; what it leaves out comes from MYSQL_HOST,
MYSQL_TCP_PORT, MYSQL_PWD and the group [client] of ~/.my.cnf, as the stock clients have it. No message holds a password
or the URL.
"""

import os
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ...snapshots.errors import ConnectionLost, DbstrataError, InputError, LockTimeout, Refused, ServerFailed

if TYPE_CHECKING:
    import pymysql

__all__ = ["FLAVOURS", "INSTALL", "Flavour", "Server", "connect", "connection", "explained"]

INSTALL = "python -m pip install 'dbstrata[mysql]'"
SCHEMES = ("mysql", "mariadb")


@dataclass(frozen=True)
class Flavour:
    """Which versions of a make dbstrata knows, as the server counts."""

    name: str
    title: str
    oldest: int
    newest_tested: int
    """The first version beyond it."""
    versions: str


FLAVOURS = {
    "mysql": Flavour("mysql", "MySQL", 80000, 100000, "8.0 to 9.x"),
    "mariadb": Flavour("mariadb", "MariaDB", 100600, 130000, "10.6 to 12.x"),
}


@dataclass(frozen=True)
class Server:
    """What is connected to."""

    connection: "pymysql.connections.Connection[Any]"
    flavour: str
    version: str
    """Without what its packager adds: 10.11.19."""
    version_number: int
    database: str
    where: str
    """Host, port, database and user, for messages."""
    another: "Callable[[], pymysql.connections.Connection[Any]]" = field(repr=False)
    """Opens a second connection to the same place, as the same user; nobody is asked for the password again."""


@dataclass(frozen=True)
class Target:
    """Where to connect, and as whom."""

    database: str
    user: str
    password: str = field(default="", repr=False)
    host: str = ""
    port: int = 3306
    socket: str = ""
    ssl: tuple[tuple[str, str], ...] = ()
    """ssl-mode, ssl-ca, ssl-cert and ssl-key, where they are given."""
    connect_timeout: int = 20

    @property
    def where(self) -> str:
        """For messages; never the password."""
        place = f"socket {self.socket}" if self.socket else f"host {self.host}, port {self.port}"
        return f"{place}{f', database {self.database}' * bool(self.database)}, user {self.user}"


UNKNOWN_WAY = (
    "the server wants a way of logging in that the driver does not know",
    "have the user altered to another",
)
EXPIRED = ("the password has expired", "log in with the server's own client and ALTER USER")
CONNECTING: dict[int, tuple[str, str]] = {
    1045: (
        "the server refused user or password",
        "check both (the URL, MYSQL_PWD, ~/.my.cnf), or run it in a terminal to be asked for the password; who may come"
        " by TLS alone is refused alike: add ?ssl-mode=REQUIRED to the URL",
    ),
    1698: ("the server lets that user in by another way alone", "connect by its socket, or as another user"),
    1044: ("the user may not use this database", "have it granted: GRANT SELECT ON `database`.* TO ..."),
    1049: ("there is no such database", "check the name behind the last slash of the URL; SHOW DATABASES lists them"),
    1130: ("the server does not let this host in", "have a user made for this host: CREATE USER ...@'host'"),
    1129: ("the server has blocked this host after too many errors", "have it run: FLUSH HOSTS"),
    1040: ("the server has no connection left", "close others, or wait"),
    **dict.fromkeys((1203, 1226), ("the user has no connection left", "close others, or wait")),
    1862: EXPIRED,
    **dict.fromkeys((3118, 4151), ("the account is locked", "have it unlocked: ALTER USER ... ACCOUNT UNLOCK")),
    3159: ("the server wants TLS", "add ?ssl-mode=REQUIRED to the URL"),
    1053: ("the server starts, stops or recovers", "wait a moment"),
    2026: ("TLS with the server failed", "check ssl-mode, ssl-ca and the certificate's host name"),
    2059: UNKNOWN_WAY,
}
"""By error number: what, and what to do next (manual, Server Error Message Reference)."""

UNREACHED: tuple[tuple[str, str, str], ...] = (
    (
        r"refused",
        "no server listens there: connection refused",
        "check host and port, that the server runs, and that it listens on that address (bind_address)",
    ),
    (
        r"Name or service not known|nodename nor servname|getaddrinfo|name resolution",
        "there is no such host",
        "check the host's name, and the network or VPN",
    ),
    (
        r"timed out|unreachable|No route to host",
        "the host does not answer",
        "check host and port, the network or VPN, and firewalls",
    ),
    (r"No such file", "no server listens on that socket", "start the server, or name its host and port in the URL"),
    (r"SSL|certificate|TLS", "TLS with the server failed", "check ssl-mode, ssl-ca and the certificate's host name"),
    (r"unknown auth switch request", *UNKNOWN_WAY),
    (
        r"Lost connection|gone away|Packet sequence|reset by peer",
        "what listens there hung up, or speaks no MySQL",
        "check host and port, and the server's log",
    ),
)
"""What the operating system and the driver say behind errors 2002, 2003, 2006 and 2013."""

NO_ROOM = ("the server has no room left", "free some space on its disks (of an in-memory table: max_heap_table_size)")
ONLY_READS = ("the server only reads now", "connect to the primary")
IN_THE_WAY = ("rows stand in the way", "mend those that the line tells of; preflight.sql asks for most of their kind")
WORKING: dict[int, tuple[str, str]] = {
    **dict.fromkeys((1048, 1062, 1138, 1264, 1265, 1292, 1366, 1406, 1452, 1526, 3140, 3819, 4025), IN_THE_WAY),
    **dict.fromkeys((3, 1021, 1026, 1114, 1878), NO_ROOM),
    **dict.fromkeys((1792, 1836, 1874), ONLY_READS),
    1820: EXPIRED,
    1205: ("a lock was not had in time", "wait for the deployment or the long transaction that holds it, and retry"),
    1213: ("the server broke a deadlock", "try again"),
    1317: ("someone cancelled the statement", "start again"),
    3024: ("the server cancelled the statement", "raise max_execution_time"),
    1969: (
        "the server cancelled the statement",
        "raise max_statement_time, the server's or the account's (ALTER USER ... WITH MAX_STATEMENT_TIME 0)",
    ),
    1290: ("the server's settings forbid it", "see the setting that is named"),
}
DENIED = r"^(.+) command denied to user (\S+) for "
HOST = " (SELECT CURRENT_USER() tells whether the account has another host)"
FORBIDDEN: dict[int, tuple[str, str]] = {
    1044: (r"for user (\S+) to database '(.*)'", f"have granted what the statement needs ON `{{1}}`.* TO {{0}}{HOST}"),
    1142: (DENIED + r"table (\S+)", f"have it granted: GRANT {{0}} ON {{2}} TO {{1}}{HOST}"),
    1143: (DENIED + r"column \S+ in table (\S+)", f"have it granted: GRANT {{0}} ON {{2}} TO {{1}}{HOST}"),
    1227: (r"\(at least one of\) the (.+) privilege", "have one granted ON *.*: {0}; or connect as another user"),
    1370: (DENIED + r"routine (\S+)", f"have it granted: GRANT {{0}} ON FUNCTION, or PROCEDURE, {{2}} TO {{1}}{HOST}"),
}
"""What the server says, and the privilege that is missing."""

LOST = frozenset({2006, 2013, 2055, 1053, 1927, 4031})
WAITED = frozenset({1205, 1213})
"""A lock that was not had: worth another try."""


# where to


def target(url: str, *, anywhere: bool = False) -> Target:
    """Where a URL, the environment and ~/.my.cnf lead; `anywhere`: it need not name a database. Raises InputError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_url() from None
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in SCHEMES or "/" in database or parts.fragment:
        raise _no_url()
    if not (database or anywhere):
        raise InputError("the URL names no database", "the URL argument", "add it: mysql://user@host:3306/database")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    _check_options(options)
    file = _my_cnf()
    ssl = {name: value for name, value in (*file.items(), *options.items()) if name.startswith("ssl-")}
    socket = options.get("socket") or ("" if parts.hostname else file.get("socket", ""))
    return Target(
        database=database,
        user=unquote(parts.username or "") or file.get("user") or _login(),
        password=unquote(parts.password or "") or os.environ.get("MYSQL_PWD", "") or file.get("password", ""),
        host=unquote(parts.hostname or "") or os.environ.get("MYSQL_HOST", "") or file.get("host", "") or "localhost",
        port=port or _number(os.environ.get("MYSQL_TCP_PORT") or file.get("port") or "3306", "port"),
        socket=socket,
        ssl=tuple(sorted(ssl.items())),
        connect_timeout=_number(options.get("connect-timeout", "20"), "connect-timeout"),
    )


OPTIONS = frozenset({"ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "socket", "connect-timeout"})
MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")


def _check_options(options: dict[str, str]) -> None:
    unknown = sorted(options.keys() - OPTIONS)
    if unknown:
        raise InputError(
            f"no option {unknown[0]!r}", "the URL argument", f"the options are {', '.join(sorted(OPTIONS))}"
        )
    if options.get("ssl-mode", "PREFERRED").upper() not in MODES:
        raise InputError("no such ssl-mode", "the URL argument", f"the modes are {', '.join(MODES)}")


def _no_url() -> InputError:
    return InputError(
        what="that is no MySQL URL",
        where="the URL argument (not repeated here: it may hold a password)",
        next="write mysql://user@host:3306/database, and percent-encode @ : / ? # % in its parts",
    )


def _number(text: str, what: str) -> int:
    if not text.isdecimal():
        raise InputError(f"{what} is a number, not {text!r}", "the URL, the environment or ~/.my.cnf", "mend it")
    return int(text)


def _login() -> str:
    import getpass

    return getpass.getuser()


def _my_cnf() -> dict[str, str]:
    """The group [client] of ~/.my.cnf, `_` in names as `-`. Lines that start with `!` include other files: not read."""
    from configparser import Error, RawConfigParser

    try:
        text = (Path.home() / ".my.cnf").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, RuntimeError):
        return {}
    parser = RawConfigParser(allow_no_value=True, strict=False, comment_prefixes=("#", ";"))
    with suppress(Error):
        parser.read_string("\n".join(line for line in text.splitlines() if not line.startswith("!")))
    if not parser.has_section("client"):
        return {}
    return {name.replace("_", "-"): _bare(value or "") for name, value in parser.items("client")}


def _bare(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def beside(url: str, database: str) -> str:
    """The URL of another database on that server."""
    return urlsplit(url)._replace(path=f"/{quote(database, safe='')}").geturl()


# connecting


def connect(url: str, *, untested: bool = False, anywhere: bool = False) -> Server:
    """A connection in autocommit mode; the password is asked for where a terminal is at hand. `anywhere`: the URL need
    not name a database.

    Raises InputError (a URL that is none, no driver), ServerFailed, Refused (a server newer than any tested one).
    """
    pymysql = _driver()
    wanted = target(url, anywhere=anywhere)
    try:
        found, wanted = _connected(wanted)
    except (pymysql.err.Error, OSError, RuntimeError) as error:
        raise _unconnected(error, wanted) from None
    try:
        with explained(wanted.where):
            return _greeted(found, wanted, untested)
    except BaseException:
        found.close()
        raise


@contextmanager
def connection(url: str, *, untested: bool = False) -> Generator[Server]:
    """`connect`, errors explained, closed in the end."""
    server = connect(url, untested=untested)
    try:
        with explained(server.where):
            yield server
    finally:
        with suppress(Exception):
            server.connection.close()


@contextmanager
def explained(where: str) -> Generator[None]:
    """Errors of the driver inside become ServerFailed: what, where, what next."""
    pymysql = _driver()
    try:
        yield
    except pymysql.err.Error as error:
        raise _failed(error, where) from error


def _driver() -> Any:
    try:
        import pymysql
    except ImportError as error:
        raise InputError(
            what="the driver for MySQL and MariaDB is missing",
            where=f"pymysql can't be imported ({error})",
            next=f"run: {INSTALL}",
        ) from None
    return pymysql


def _connected(wanted: Target) -> "tuple[pymysql.connections.Connection[Any], Target]":
    """The connection, and the target with the password that was asked for."""
    import pymysql

    try:
        return _open(wanted), wanted
    except pymysql.err.OperationalError as error:
        if error.args[0] != 1045 or wanted.password or not sys.stdin.isatty():
            raise
        from getpass import getpass

        try:
            password = getpass(f"Password for {wanted.where}: ")
        except (EOFError, KeyboardInterrupt):
            raise error from None
        asked = replace(wanted, password=password)
        return _open(asked), asked


def _open(wanted: Target) -> "pymysql.connections.Connection[Any]":
    import pymysql
    from pymysql.constants import CLIENT
    from pymysql.converters import encoders

    found = pymysql.connect(
        host=wanted.host,
        port=wanted.port,
        unix_socket=wanted.socket or None,
        user=wanted.user,
        password=wanted.password,
        database=wanted.database or None,
        charset="utf8mb4",
        use_unicode=False,
        conv=_no_decoders(encoders),
        autocommit=True,
        connect_timeout=wanted.connect_timeout,
        read_timeout=wanted.connect_timeout,
        client_flag=CLIENT.MULTI_STATEMENTS,
        program_name="dbstrata",
        **_tls(dict(wanted.ssl)),
    )
    # What listens must greet in time; a statement may take as long as it takes.
    found._read_timeout = None  # type: ignore[attr-defined]
    return found


def _no_decoders(encoders: Any) -> Any:
    """A copy, for the driver changes it: no column is decoded, all come as bytes."""
    return dict(encoders)


def _tls(options: dict[str, str]) -> dict[str, Any]:
    """The driver's arguments. PREFERRED, the default, is its own way: TLS where the server has it, unverified."""
    mode = options.get("ssl-mode", "PREFERRED").upper()
    if mode == "DISABLED":
        return {"ssl_disabled": True}
    if mode == "PREFERRED" and not options.keys() & {"ssl-ca", "ssl-cert", "ssl-key"}:
        return {}
    files = {name.replace("ssl-", ""): options[name] for name in ("ssl-ca", "ssl-cert", "ssl-key") if name in options}
    verify = mode in ("VERIFY_CA", "VERIFY_IDENTITY")
    return {
        "ssl": {**files, "check_hostname": mode == "VERIFY_IDENTITY", "verify_mode": "required" if verify else "none"}
    }


def _greeted(found: "pymysql.connections.Connection[Any]", wanted: Target, untested: bool) -> Server:
    """Refuse what is no MySQL or MariaDB of a known version."""
    with found.cursor() as cursor:
        cursor.execute("SHOW VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'aria_block_size')")
        known = {bytes(name).decode(): bytes(value).decode(errors="replace") for name, value in cursor.fetchall()}
    is_mariadb = "aria_block_size" in known or "mariadb" in f"{known['version']} {known['version_comment']}".lower()
    flavour = FLAVOURS["mariadb" if is_mariadb else "mysql"]
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", known["version"])
    if numbers is None:
        raise ServerFailed(
            f"the server's version is {known['version']!r}", wanted.where, "connect to a MySQL or MariaDB"
        )
    major, minor, patch = map(int, numbers.groups())
    number = major * 10000 + minor * 100 + patch
    _check_version(flavour, numbers[0], number, wanted.where, untested)
    return Server(found, flavour.name, numbers[0], number, wanted.database, wanted.where, partial(_open, wanted))


def _check_version(flavour: Flavour, version: str, number: int, where: str, untested: bool) -> None:
    if number < flavour.oldest:
        raise ServerFailed(
            what=f"{flavour.title} {version} is too old",
            where=f"{where}; dbstrata reads {flavour.versions}",
            next="upgrade the server",
        )
    if number >= flavour.newest_tested and not untested:
        raise Refused(
            what=f"{flavour.title} {version} is newer than any that dbstrata knows",
            where=f"{where}; dbstrata reads {flavour.versions}",
            next="upgrade dbstrata, or try it with --untested-server",
        )


# what went wrong


def _unconnected(error: Exception, wanted: Target) -> ServerFailed:
    """Why there is no connection."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = _clean(error, wanted)
    if number in CONNECTING and number != 2026:
        what, next_ = CONNECTING[number]
        return ServerFailed(what=what, where=f"{wanted.where} (error {number})", next=next_)
    if package := re.match(r"'(\w+)' package is required", text):
        without = "without TLS " * (package[1] == "cryptography")
        return ServerFailed(
            what=f"{without}this way of logging in needs the package {package[1]}",
            where=wanted.where,
            next=f"{'add ?ssl-mode=REQUIRED to the URL, or ' * bool(without)}run: python -m pip install {package[1]}",
        )
    for pattern, what, next_ in UNREACHED:
        if re.search(pattern, text):
            return ServerFailed(what=what, where=wanted.where, next=next_)
    return ServerFailed(what=f"cannot connect: {text}", where=wanted.where, next="check the URL and the server's log")


def _clean(error: Exception, wanted: Target) -> str:
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    return text.replace(wanted.password, "***") if wanted.password else text


def _failed(error: Any, where: str) -> DbstrataError:
    """Why the server failed us while we worked."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    if number in LOST or type(error).__name__ == "InterfaceError":
        return ConnectionLost(
            what="the connection to the server was lost midway",
            where=f"{where} ({text})",
            next="see that the server runs and what its log says, then start again",
        )
    if number in FORBIDDEN:
        pattern, advice = FORBIDDEN[number]
        match = re.search(pattern, text)
        next_ = advice.format(*match.groups()) if match else "have the privilege granted, or connect as another user"
        return ServerFailed(what="the user may not do that", where=f"{where} ({text})", next=next_)
    what, next_ = WORKING.get(number, (f"the server failed with error {number}", "see the server's log"))
    if number == 1290 and "read-only" in text:
        what, next_ = ONLY_READS
    kind = LockTimeout if number in WAITED else ServerFailed
    return kind(what=what, where=f"{where} ({text})", next=next_)
