"""Queries sent before their answers are wanted: the server works on the next while we work on the last.

libpq's pipeline mode (manual, "Pipeline Mode"), used below the driver's own, which hands out no answer before it has
all of them. Answers come in the order of the questions; one that comes before it is wanted is kept.
"""

import selectors
from collections import deque
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result

__all__ = ["Ahead"]


class Ahead:
    """While this is open the connection answers nobody else."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._asked: deque[bytes] = deque()
        self._answers: dict[bytes, pq.abc.PGresult] = {}
        self._error: psycopg.Error | None = None
        self._pgconn.enter_pipeline_mode()

    @staticmethod
    def supported() -> bool:
        """Whether this libpq can: from 14 on."""
        return psycopg.Pipeline.is_supported()

    def ask(self, query: bytes) -> None:
        """Send a query, unless it was sent and its answer not taken yet."""
        if query not in self._answers and query not in self._asked:
            self._asked.append(query)
            self._pgconn.send_query_params(query, None)
            self._pgconn.send_flush_request()
            self._pgconn.flush()

    def rows(self, query: bytes) -> list[tuple[Any, ...]]:
        """Take the answer; the query is sent now if it was not before. Raises the driver's errors."""
        self.ask(query)
        while query not in self._answers:
            self._answers[self._asked.popleft()] = self._answer()
        result = self._answers.pop(query)
        if result.status == pq.ExecStatus.PIPELINE_ABORTED and self._error is not None:
            raise self._error
        if result.status != pq.ExecStatus.TUPLES_OK:
            raise error_from_result(result)
        transformer = Transformer(self._connection)
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def close(self) -> None:
        """Give the connection back. Answers that nobody took are lost."""
        with suppress(psycopg.OperationalError):  # it is lost: whoever uses it next is told
            self._pgconn.pipeline_sync()
            while (result := self._next()) is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
                pass
            self._pgconn.exit_pipeline_mode()

    def _answer(self) -> pq.abc.PGresult:
        """The next one; then comes a None. What is asked after a failure the server skips, so that the first counts."""
        found = self._next()
        assert found is not None
        if found.status == pq.ExecStatus.FATAL_ERROR and self._error is None:
            self._error = error_from_result(found)
        while self._next() is not None:
            pass
        return found

    def _next(self) -> pq.abc.PGresult | None:
        """What libpq has next, waited for in a way that Ctrl-C can end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._pgconn.socket, selectors.EVENT_READ)
            while self._pgconn.is_busy():
                unsent = self._pgconn.flush()
                selector.modify(self._pgconn.socket, selectors.EVENT_READ | (selectors.EVENT_WRITE if unsent else 0))
                selector.select()
                self._pgconn.consume_input()
        return self._pgconn.get_result()
