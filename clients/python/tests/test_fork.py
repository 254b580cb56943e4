"""A process that used a client can be forked: the children connect for themselves, and the parent goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from oauth_token_store import Token, TokenStoreClient
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
    socket = tmp_path / "bound"
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--bind", "127.0.0.1:0"]
    command += ["--log-file", str(socket), "prefork_app:app"]
    environment = {**os.environ, "TOKENSTORE_ADDRESS": sidecar.address}
    server = subprocess.Popen(command, cwd=HERE, env=environment)
    try:
        url = _await(lambda: _url(socket), server)
        workers = _await(lambda: seen if len(seen := seen_workers(url)) == 2 else None, server)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)

    assert len(workers) == 2
    assert str(server.pid) not in workers


_seen: set[str] = set()


def seen_workers(url: str) -> set[str]:
    """The workers that have answered so far; asks in parallel, so that none takes all."""

    def ask() -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=15) as answer:
            _seen.add(answer.read().decode())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _seen


def _url(log: Path) -> str | None:
    for line in log.read_text().splitlines() if log.exists() else ():
        if "Listening at: " in line:
            return line.split("Listening at: ")[1].split()[0]
    return None


def _await(condition, server):  # type: ignore[no-untyped-def]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, "gunicorn ended"
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError("gunicorn did not come to this in a minute")


def test_a_fork_waits_for_the_calls_of_other_threads(client: TokenStoreClient, sidecar: Sidecar) -> None:
    calls = threading.Event()
    entered: list[float] = []

    def slow() -> None:
        calls.set()
        client.save_token(Token(user_signature="slow", access_token="fixture-secret-A"), timeout=20)
        entered.append(time.monotonic())

    client.save_token(Token(user_signature="slow", access_token="fixture-secret-A"))
    sidecar.kill()
    starter = threading.Timer(1.0, sidecar.start)
    thread = threading.Thread(target=slow)
    thread.start()
    calls.wait()
    starter.start()
    process = os.fork()
    if process == 0:
        os._exit(0)
    forked = time.monotonic()
    os.waitpid(process, 0)
    thread.join()
    starter.join()

    assert entered and entered[0] <= forked + 0.5
