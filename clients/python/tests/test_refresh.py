"""Coordinated refresh with the real SDK: processes that share a token, over two sidecars, against a fake vendor."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from oauth_token_store import Token, TokenStoreClient
from sdk_process import CLIENT, SdkApp, SdkError
from testbed import Sidecar, Testbed, Vendor

pytestmark = pytest.mark.testbed

# how long a claim lasts
CLAIM_SECONDS = 5


class Fleet:
    """Processes that share one token."""

    def __init__(self, vendor: Vendor, sidecars: list[Sidecar], folder: Path) -> None:
        self._vendor = vendor
        self._sidecars = sidecars
        self._folder = folder
        self.apps: list[SdkApp] = []
        self._clients = [TokenStoreClient(sidecar.address) for sidecar in sidecars]
        self.client = self._clients[0]

    def start(self, number: int, coordinate_refresh: bool = True) -> None:
        """Starts processes that have used the token; then nothing is asked for until it is due."""
        self.apps = [
            SdkApp(
                self._vendor,
                self._sidecars[i % len(self._sidecars)],
                self._folder,
                coordinate_refresh=coordinate_refresh,
            )
            for i in range(number)
        ]
        self.apps[0].initialize(refresh_token=self._vendor.new_refresh_token(), **CLIENT)
        for app in self.apps[1:]:
            app.initialize(id=self.row().id)
        assert len(self._vendor.token_requests()) == 1

    def row(self) -> Token:
        (row,) = self.client.get_tokens()
        return row

    def expire(self) -> None:
        """The access token ends for the store, the SDKs and the vendor."""
        id, past = self.row().id, str(int(time.time() * 1000) - 1000)
        self.client.save_token(Token(id=id, expires_in=past))
        _await(lambda: all(client.find_token_by_id(id).expires_in == past for client in self._clients))
        self._vendor.expire()

    def call_all(self) -> list[int | SdkError]:
        """One call of each process, all at once."""

        def call(app: SdkApp) -> int | SdkError:
            try:
                return app.call()
            except SdkError as error:
                return error

        with ThreadPoolExecutor(len(self.apps)) as threads:
            return list(threads.map(call, self.apps))

    def refreshes(self) -> int:
        """Token requests after the first one."""
        return len(self._vendor.token_requests()) - 1

    def close(self) -> None:
        self.client.delete_tokens()
        for client in self._clients:
            client.close()
        for app in self.apps:
            app.close()


@pytest.fixture(scope="module")
def sidecars(testbed: Testbed) -> Iterator[list[Sidecar]]:
    sidecars = testbed.new_sidecars(2)
    yield sidecars
    for sidecar in sidecars:
        sidecar.delete()


@pytest.fixture
def fleet(vendor: Vendor, sidecars: list[Sidecar], tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(vendor, sidecars, tmp_path)
    yield fleet
    fleet.close()


def test_of_eight_processes_one_refreshes(fleet: Fleet, vendor: Vendor) -> None:
    fleet.start(8)
    fleet.expire()
    vendor.behave(delayMillis=300)

    assert fleet.call_all() == [200] * 8

    assert fleet.refreshes() == 1
    assert int(str(fleet.row().expires_in)) > (time.time() + 1800) * 1000


def test_without_coordination_each_of_them_refreshes(fleet: Fleet, vendor: Vendor) -> None:
    fleet.start(4, coordinate_refresh=False)
    fleet.expire()
    vendor.behave(delayMillis=300)

    assert fleet.call_all() == [200] * 4

    assert fleet.refreshes() == 4


def test_twelve_processes_stay_below_the_vendors_limit_of_ten(fleet: Fleet, vendor: Vendor) -> None:
    fleet.start(12)
    vendor.behave(delayMillis=300, limit=10)

    for refreshes in (1, 2, 3):
        fleet.expire()
        assert fleet.call_all() == [200] * 12
        assert fleet.refreshes() == refreshes


def test_of_eight_threads_one_refreshes(fleet: Fleet, vendor: Vendor) -> None:
    fleet.start(1)
    fleet.expire()
    vendor.behave(delayMillis=300)

    assert fleet.apps[0].call_in_threads(8) == [200] * 8

    assert fleet.refreshes() == 1


def test_a_process_that_is_killed_while_it_refreshes_is_succeeded_at_once(fleet: Fleet, vendor: Vendor) -> None:
    fleet.start(4)
    fleet.expire()
    vendor.behave(delayMillis=60_000)
    dying = fleet.apps.pop(0)
    claimant = threading.Thread(target=_ignoring_the_end, args=(dying.call,))
    claimant.start()
    _await(lambda: fleet.refreshes() == 1)
    vendor.behave(delayMillis=300)
    killer = threading.Timer(1.0, dying.kill)
    killer.start()
    begin = time.monotonic()

    assert fleet.call_all() == [200] * 3

    assert time.monotonic() - begin < CLAIM_SECONDS
    assert fleet.refreshes() == 2
    killer.join()
    claimant.join()


def test_a_process_that_hangs_is_succeeded_when_its_claim_has_lapsed(fleet: Fleet, vendor: Vendor) -> None:
    fleet.start(4)
    fleet.expire()
    vendor.behave(delayMillis=15_000)
    hanging = fleet.apps.pop(0)
    claimant = threading.Thread(target=hanging.call)
    claimant.start()
    _await(lambda: fleet.refreshes() == 1)
    vendor.behave(delayMillis=300)

    assert fleet.call_all() == [200] * 3

    assert fleet.refreshes() == 2
    refreshed = fleet.row()
    claimant.join()
    assert fleet.row().refresh_token == refreshed.refresh_token
    hanging.close()


def test_while_the_vendor_refuses_each_call_ends_with_its_error_and_asks_once_at_most(
    fleet: Fleet, vendor: Vendor
) -> None:
    fleet.start(6)
    fleet.expire()
    vendor.behave(refuse="invalid_code", delayMillis=300)
    begin = time.monotonic()

    answers = fleet.call_all()

    assert all(isinstance(answer, SdkError) and "invalid_code" in str(answer) for answer in answers), answers
    assert fleet.refreshes() <= 6
    assert time.monotonic() - begin < 2 * CLAIM_SECONDS + 3
    vendor.behave(refuse=None)
    assert fleet.call_all() == [200] * 6


def _ignoring_the_end(call: Callable[[], int]) -> None:
    try:
        call()
    except AssertionError:
        pass  # the process was killed


def _await(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
