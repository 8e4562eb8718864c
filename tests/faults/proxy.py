"""A TCP proxy that can cut all that goes through it: at once, or as soon as the server has been sent something more."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress


class Proxy:
    """Listens on a port of its own, and hands on to another, which sees it come from `source`."""

    def __init__(self, host: str, port: int, source: str = "127.0.0.1") -> None:
        self._target, self._source = (host, port), (source, 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._cut_after_next = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Close every connection. New ones are let through."""
        self._cut_after_next.clear()
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def cut_after_next(self) -> None:
        """Let the server have what comes next, and the client no answer to it."""
        self._cut_after_next.set()

    def close(self) -> None:
        """The end."""
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target, source_address=self._source)
                self._open += [client, server]
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, to_server: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                if to_server and self._cut_after_next.is_set():
                    self.cut()
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def proxy(host: str, port: int, source: str = "127.0.0.1") -> Generator[Proxy]:
    """One, closed in the end."""
    made = Proxy(host, port, source)
    try:
        yield made
    finally:
        made.close()
