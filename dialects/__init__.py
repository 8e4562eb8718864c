"""All that differs between servers; one folder a dialect."""

import os
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..engine.protocol import Dialect
from ..snapshots.errors import InputError

if TYPE_CHECKING:
    from .protocol import Checks, Server

_MODULES = {"postgres": ".postgres.dialect", "mysql": ".mysql.dialect"}
_SCHEMES = {
    "postgresql": ".postgres.read",
    "postgres": ".postgres.read",
    "mysql": ".mysql.read",
    "mariadb": ".mysql.read",
}
"""The module whose `read_url` dumps a database of that URL."""
_SERVERS = {"postgres": ".postgres.executor", "mysql": ".mysql.executor"}
_CLIENTS = {"mysql": ".mysql.client"}
_CHECKS = {"postgres": ".postgres.checks", "mysql": ".mysql.checks"}


def dialect(name: str) -> Dialect:
    """The dialect of that name. Raises InputError if there is none."""
    if name not in _MODULES:
        known = ", ".join(sorted(_MODULES))
        raise InputError(f"unknown dialect {name!r}", "the snapshot's header", f"the dialects are {known}")
    found: Dialect = import_module(_MODULES[name], __package__).DIALECT
    return found


_CONNINFO = re.compile(r"\s*(host|hostaddr|port|dbname|user|password|passfile|service|sslmode|options)\s*=")
"""How libpq's other form of a URL begins: `host=... dbname=...`."""


def is_url(source: str) -> bool:
    """Is it the URL of a database, or a connection string, and not a path?"""
    return "://" in source or (_CONNINFO.match(source) is not None and not os.path.exists(source))


def read_url(url: str) -> Any:
    """The snapshot of that database, dumped now. Raises InputError for a scheme without a dialect; ServerFailed."""
    scheme = "postgresql" if _CONNINFO.match(url) else url.partition("://")[0]
    if scheme not in _SCHEMES:
        known = ", ".join(f"{name}://" for name in sorted(_SCHEMES))
        raise InputError(f"no dialect for {scheme}://", "the URL", f"the schemes are {known}")
    return import_module(_SCHEMES[scheme], __package__).read_url(url)


def server(name: str) -> "Server":
    """What opens sessions on the servers of that dialect. Raises InputError where there is none yet."""
    found: Server = _module(_SERVERS, name, "running bundles")
    return found


def checks(name: str) -> "Checks":
    """What asks a database before and after a script. Raises InputError where there is none yet."""
    found: Checks = _module(_CHECKS, name, "preflight and verification")
    return found


def commands(name: str, sql: str) -> list[str]:
    """A statement of a script as a driver takes it: without what only the stock client knows, and in single ones where
    that client would send several."""
    if name not in _CLIENTS:
        return [sql]
    return [f"{command};" for command in import_module(_CLIENTS[name], __package__).commands(sql)]


def _module(modules: dict[str, str], name: str, what: str) -> Any:
    if name not in modules:
        raise InputError(f"no {what} for {name} yet", "the snapshot's header", f"there is for {', '.join(modules)}")
    return import_module(modules[name], __package__)
