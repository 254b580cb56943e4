"""Uses a client, forks, and uses it in the children: `forking_app.py ADDRESS CALLING_THREADS`.

Exits with 0 if the parent and every child could call, before and after.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from oauth_token_store import Token, TokenStoreClient

FORKS = 8
SECONDS = 20

client = TokenStoreClient(sys.argv[1])
wanted = client.save_token(Token(user_signature="forking", access_token="fixture-secret-A"))
failures: list[BaseException] = []
finished = threading.Event()


def call() -> None:
    assert client.find_token(Token(user_signature="forking")) == wanted


def call_until_finished() -> None:
    try:
        while not finished.is_set():
            call()
    except BaseException as error:
        failures.append(error)


def fork(children: int) -> int:
    """Forks a child that calls, and has children of its own; returns its exit status, 1 if it hangs."""
    process = os.fork()
    if process == 0:
        try:
            call()
            status = fork(children - 1) if children else 0
            call()
        except BaseException as error:
            print(f"child: {error!r}", file=sys.stderr)
            status = 1
        os._exit(status)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return 0 if status == 0 else 1
        time.sleep(0.01)
    print("child: hangs", file=sys.stderr)
    os.kill(process, 9)
    os.waitpid(process, 0)
    return 1


threads = [threading.Thread(target=call_until_finished) for _ in range(int(sys.argv[2]))]
for thread in threads:
    thread.start()
statuses = []
for _ in range(FORKS):
    statuses.append(fork(children=1))
    call()
finished.set()
for thread in threads:
    thread.join()
for error in failures:
    print(f"thread: {error!r}", file=sys.stderr)
sys.exit(1 if any(statuses) or failures else 0)
