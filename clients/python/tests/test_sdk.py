"""The real SDK with the sidecar's token store, against a fake of the vendor."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oauth_token_store import Token, TokenStoreClient
from sdk_process import CLIENT, SdkApp, SdkError
from testbed import Sidecar, Vendor

pytestmark = pytest.mark.testbed

GONE = ["TokenStoreError", "NOT_FOUND", "TOKEN_NOT_FOUND"]

NewApp = Callable[..., SdkApp]


@pytest.fixture
def new_app(vendor: Vendor, sidecar: Sidecar, tmp_path: Path) -> Iterator[NewApp]:
    apps: list[SdkApp] = []

    def start(timeout: float | None = None) -> SdkApp:
        apps.append(SdkApp(vendor, sidecar, tmp_path, timeout))
        return apps[-1]

    yield start
    for app in apps:
        app.close()


def only_row(client: TokenStoreClient) -> Token:
    (row,) = client.get_tokens()
    return row


def test_initialises_by_refresh_token(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    refresh_token = vendor.new_refresh_token()
    app = new_app()

    app.initialize(refresh_token=refresh_token, **CLIENT)

    row = only_row(client)
    assert vendor.token_requests() == ["refresh_token"]
    assert app.log == []
    assert app.token()["id"] == row.id
    assert (row.refresh_token, row.client_id, row.client_secret) == (refresh_token, *CLIENT.values())
    assert row.user_signature and "@example.com" in row.user_signature
    assert row.access_token and row.expires_in and int(row.expires_in) > time.time() * 1000
    assert app.call() == 200
    assert vendor.last_api_token() == "valid"


def test_initialises_by_grant(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    grant = vendor.new_grant()
    app = new_app()

    app.initialize(grant_token=grant, redirect_url="https://app.example/callback", **CLIENT)

    row = only_row(client)
    assert vendor.token_requests() == ["authorization_code"]
    assert (row.grant_token, row.redirect_url) == (grant, "https://app.example/callback")
    assert row.refresh_token and row.access_token
    assert app.call() == 200


@pytest.mark.parametrize("credential", ["refresh_token", "grant_token"])
def test_a_second_process_asks_for_no_token(
    new_app: NewApp, vendor: Vendor, client: TokenStoreClient, credential: str
) -> None:
    value = vendor.new_refresh_token() if credential == "refresh_token" else vendor.new_grant()
    new_app().initialize(**{credential: value}, **CLIENT)
    second = new_app()

    second.initialize(**{credential: value}, **CLIENT)

    assert second.call() == 200
    assert len(vendor.token_requests()) == 1
    assert second.token()["id"] == only_row(client).id


def test_a_second_process_finds_the_token_of_a_user(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    new_app().initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)
    second = new_app()

    second.initialize(user_signature=only_row(client).user_signature)

    assert second.call() == 200
    assert len(vendor.token_requests()) == 1


def test_initialises_by_id_alone(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    refresh_token = vendor.new_refresh_token()
    new_app().initialize(refresh_token=refresh_token, **CLIENT)
    second = new_app()

    second.initialize(id=only_row(client).id)

    assert [second.call(), second.call()] == [200, 200]
    assert len(vendor.token_requests()) == 1
    assert second.token()["refresh_token"] == refresh_token


def test_an_unknown_id_is_an_error_and_asks_for_no_token(new_app: NewApp, vendor: Vendor) -> None:
    with pytest.raises(SdkError, match="there is no token with this id") as caught:
        new_app().initialize(id="unknown")

    assert caught.value.code == "TOKEN_STORE"
    assert caught.value.cause == GONE
    assert vendor.token_requests() == []


@pytest.mark.parametrize("by", ["refresh_token", "id"])
def test_refreshes_near_the_expiry_and_saves_with_the_id(
    new_app: NewApp, vendor: Vendor, client: TokenStoreClient, by: str
) -> None:
    vendor.behave(accessTokenSeconds=3)  # the SDK takes less than 5 s for expired
    refresh_token = vendor.new_refresh_token()
    new_app().initialize(refresh_token=refresh_token, **CLIENT)
    first = only_row(client)
    app = new_app()
    app.initialize(**({"id": first.id} if by == "id" else {"refresh_token": refresh_token, **CLIENT}))
    vendor.behave(accessTokenSeconds=3600)

    assert app.call() == 200
    refreshed = only_row(client)
    assert app.call() == 200

    assert app.log == []
    assert vendor.token_requests() == ["refresh_token"] * 3
    assert refreshed.id == first.id
    assert refreshed.access_token != first.access_token
    assert (refreshed.refresh_token, refreshed.user_signature) == (refresh_token, first.user_signature)
    assert int(str(refreshed.expires_in)) > (time.time() + 1800) * 1000
    assert only_row(client) == refreshed


def test_takes_the_token_that_another_process_refreshed(
    new_app: NewApp, vendor: Vendor, client: TokenStoreClient
) -> None:
    vendor.behave(accessTokenSeconds=3)
    refresh_token = vendor.new_refresh_token()
    waiting, refreshing = new_app(), new_app()
    waiting.initialize(refresh_token=refresh_token, **CLIENT)
    vendor.behave(accessTokenSeconds=3600)
    refreshing.initialize(refresh_token=refresh_token, **CLIENT)
    requests = len(vendor.token_requests())

    assert waiting.call() == 200

    assert len(vendor.token_requests()) == requests
    assert vendor.last_api_token() == "valid"


def test_switches_between_users(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    first, second = vendor.new_refresh_token(), vendor.new_refresh_token()
    app = new_app()
    app.initialize(refresh_token=first, **CLIENT)
    first_id = app.token()["id"]

    app.switch_user(refresh_token=second, **CLIENT)
    assert app.call() == 200
    second_id = app.token()["id"]
    app.switch_user(id=first_id)
    assert app.call() == 200

    assert vendor.token_requests() == ["refresh_token"] * 2
    rows = {row.id: row for row in client.get_tokens()}
    assert rows.keys() == {first_id, second_id}
    assert (rows[first_id].refresh_token, rows[second_id].refresh_token) == (first, second)
    assert rows[first_id].user_signature != rows[second_id].user_signature


def test_goes_on_after_the_sidecar_was_killed_and_restarted(new_app: NewApp, vendor: Vendor, sidecar: Sidecar) -> None:
    app = new_app()
    app.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)
    assert app.call() == 200

    sidecar.kill()
    sidecar.start()

    assert [app.call(), app.call()] == [200, 200]
    assert len(vendor.token_requests()) == 1


def test_while_the_sidecar_is_down_calls_fail_with_a_sentence_and_no_token_is_asked_for(
    new_app: NewApp, vendor: Vendor, sidecar: Sidecar
) -> None:
    running, starting = new_app(), new_app()
    running.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)
    sidecar.kill()
    try:
        for attempt in (running.call, lambda: starting.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)):
            with pytest.raises(SdkError, match=f"no token store sidecar can be reached at {sidecar.address}") as caught:
                attempt()
            assert caught.value.code == "TOKEN_STORE"
            assert caught.value.cause == ["TokenStoreError", "UNAVAILABLE", None]
    finally:
        sidecar.start()

    assert running.call() == 200
    assert len(vendor.token_requests()) == 1


def test_a_token_fetched_while_the_sidecar_restarts_is_saved(
    new_app: NewApp, vendor: Vendor, sidecar: Sidecar, client: TokenStoreClient
) -> None:
    app, restart = _killed_during_a_refresh(new_app(timeout=60), vendor, sidecar)

    assert app.call() == 200
    restart.join()

    assert app.log == []
    assert int(str(only_row(client).expires_in)) > (time.time() + 1800) * 1000
    assert app.call() == 200
    assert len(vendor.token_requests()) == 2


def _killed_during_a_refresh(app: SdkApp, vendor: Vendor, sidecar: Sidecar) -> tuple[SdkApp, threading.Thread]:
    """An app whose next call asks for a token; while the vendor takes its time to answer, the sidecar is killed."""
    vendor.behave(accessTokenSeconds=3)
    app.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)
    vendor.behave(accessTokenSeconds=3600, delayMillis=2000)

    def restart() -> None:
        sidecar.kill()
        sidecar.start()

    return app, _after(1.0, restart)


def _after(seconds: float, action: Callable[[], None]) -> threading.Thread:
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer


def test_a_token_that_cannot_be_saved_serves_its_call_and_the_next_asks_again(
    new_app: NewApp, vendor: Vendor, sidecar: Sidecar, client: TokenStoreClient
) -> None:
    app = new_app(timeout=1)
    vendor.behave(accessTokenSeconds=3)
    app.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)
    vendor.behave(accessTokenSeconds=3600, delayMillis=2000)
    killer = _after(1.0, sidecar.kill)
    try:
        assert app.call() == 200
        assert "did not answer within 1 s" in "".join(app.log)
    finally:
        killer.join()
        sidecar.start()
    vendor.behave(delayMillis=0)

    assert app.call() == 200

    assert app.log == []
    assert len(vendor.token_requests()) == 3
    assert int(str(only_row(client).expires_in)) > (time.time() + 1800) * 1000


def test_after_its_session_was_cleaned_up_an_app_fails_until_it_is_initialised_again(
    new_app: NewApp, vendor: Vendor, client: TokenStoreClient
) -> None:
    refresh_token = vendor.new_refresh_token()
    app = new_app()
    app.initialize(refresh_token=refresh_token, **CLIENT)
    ended = app.token()["id"]
    client.delete_token(ended)

    for _ in range(2):
        with pytest.raises(SdkError, match="there is no token with this id") as caught:
            app.call()
        assert (caught.value.code, caught.value.cause) == ("TOKEN_STORE", GONE)
    assert len(vendor.token_requests()) == 1

    app.initialize(refresh_token=refresh_token, **CLIENT)
    assert app.call() == 200
    assert only_row(client).id == app.token()["id"] != ended
    assert len(vendor.token_requests()) == 2


def test_a_leaked_client_secret_is_replaced_as_the_operators_guide_says(
    new_app: NewApp, vendor: Vendor, client: TokenStoreClient
) -> None:
    refresh_token = vendor.new_refresh_token()
    new_app().initialize(refresh_token=refresh_token, **CLIENT)
    id = only_row(client).id
    vendor.behave(clientSecret="fixture-secret-new")
    renewed = {**CLIENT, "client_secret": "fixture-secret-new"}

    # the wrong order: the token is found as valid, with the old secret
    early = new_app()
    early.initialize(refresh_token=refresh_token, **renewed)
    client.save_token(Token(id=id, expires_in="1"))  # what `tokenstore expire` saves
    with pytest.raises(SdkError, match="invalid_client"):
        early.call()

    app = new_app()
    app.initialize(refresh_token=refresh_token, **renewed)
    assert app.call() == 200
    assert (only_row(client).id, only_row(client).client_secret) == (id, "fixture-secret-new")
    client.save_token(Token(id=id, expires_in="1"))
    assert app.call() == 200


def test_the_vendors_refusal_stores_nothing(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    vendor.behave(refuse="invalid_code")

    with pytest.raises(SdkError, match="invalid_code"):
        new_app().initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)

    assert list(client.get_tokens()) == []


def test_a_call_with_a_token_the_vendor_forgot_is_answered_401_and_refreshes_nothing(
    new_app: NewApp, vendor: Vendor
) -> None:
    app = new_app()
    app.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)
    vendor.expire()

    assert app.call() == 401

    assert len(vendor.token_requests()) == 1


def test_revokes_by_id(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    app = new_app()
    app.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)

    assert app.revoke(str(only_row(client).id))


def test_removing_a_token_deletes_it_from_the_store(new_app: NewApp, vendor: Vendor, client: TokenStoreClient) -> None:
    app = new_app()
    app.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)

    assert app.remove()

    assert list(client.get_tokens()) == []


def test_forked_workers_of_an_initialised_app_call(new_app: NewApp, vendor: Vendor) -> None:
    app = new_app()
    app.initialize(refresh_token=vendor.new_refresh_token(), **CLIENT)
    assert app.call() == 200

    assert app.call_in_forks() == [0, 0]

    assert app.call() == 200
    assert len(vendor.token_requests()) == 1
