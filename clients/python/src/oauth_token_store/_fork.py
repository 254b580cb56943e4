from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _OwnCalls(threading.local):
    """How many calls of this thread are in flight."""

    number = 0


class CallGate:
    """Keeps calls into gRPC and forks of this process apart.

    If a process forks while one of its threads is inside gRPC, gRPC hangs or crashes in the child. So a fork waits
    until the calls of other threads have ended, and new calls wait for the fork.
    """

    def __init__(self) -> None:
        self._own = _OwnCalls()
        self._open()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._open)

    @contextmanager
    def call(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._forking)
            self._calls += 1
        self._own.number += 1
        try:
            yield
        finally:
            self._own.number -= 1
            with self._changed:
                self._calls -= 1
                self._changed.notify_all()

    def _open(self) -> None:
        self._changed = threading.Condition()
        self._calls = self._own.number
        self._forking = False

    def _before(self) -> None:
        self._changed.acquire()
        self._forking = True
        # a signal handler can fork inside a call of its own thread, which would never end
        self._changed.wait_for(lambda: self._calls == self._own.number)

    def _after(self) -> None:
        self._forking = False
        self._changed.notify_all()
        self._changed.release()


GATE = CallGate()
