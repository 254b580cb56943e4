"""A process that used a client can be forked: the children connect for themselves, and the parent goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Optional, TypeVar

import pytest

from oauth_token_store import Token, TokenStoreClient
from oauth_token_store._fork import GATE
from testbed import Sidecar

pytestmark = [
    pytest.mark.testbed,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
]

HERE = Path(__file__).parent


@pytest.mark.parametrize("calling_threads", [0, 4])
def test_children_call_and_so_does_the_parent(sidecar: Sidecar, calling_threads: int) -> None:
    command = [sys.executable, str(HERE / "forking_app.py"), sidecar.address, str(calling_threads)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stderr


def test_works_under_gunicorn_that_loads_the_app_before_it_forks(sidecar: Sidecar, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--bind", "127.0.0.1:0"]
    command += ["--log-file", str(log), "prefork_app:app"]
    environment = {**os.environ, "TOKENSTORE_ADDRESS": sidecar.address}
    server = subprocess.Popen(command, cwd=HERE, env=environment)
    try:
        url = _await(lambda: _url(log))
        workers: set[str] = set()
        _await(lambda: _ask(url, workers) or len(workers) == 2)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)

    assert len(workers) == 2
    assert str(server.pid) not in workers


def _ask(url: str, workers: set[str]) -> None:
    """Adds the workers that answer; asks in parallel, so that none takes all."""

    def ask() -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=30) as answer:
            workers.add(answer.read().decode())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _url(log: Path) -> str | None:
    for line in log.read_text().splitlines() if log.exists() else ():
        if "Listening at: " in line:
            return line.split("Listening at: ")[1].split()[0]
    return None


Value = TypeVar("Value")


def _await(condition: Callable[[], Optional[Value]]) -> Value:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it did not come to this in a minute")


def test_a_fork_waits_for_the_calls_of_other_threads(client: TokenStoreClient, sidecar: Sidecar) -> None:
    """A save waits for its sidecar to come back, and the fork for the save."""
    token = Token(user_signature="slow", access_token="fixture-secret-A")
    client.save_token(token)
    returned: list[Token] = []

    def save() -> None:
        returned.append(client.save_token(token, timeout=60))

    sidecar.kill()
    thread = threading.Thread(target=save)
    thread.start()
    _await(lambda: GATE._calls == 1)
    starter = threading.Timer(0.5, sidecar.start)
    starter.start()
    process = os.fork()
    if process == 0:
        os._exit(0)
    still_calling = GATE._calls
    os.waitpid(process, 0)
    starter.join()
    thread.join()

    assert len(returned) == 1
    assert not still_calling
