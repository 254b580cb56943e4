"""The six operations against a real sidecar."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest

from oauth_token_store import Token, TokenStoreClient, TokenStoreError
from testbed import Sidecar

pytestmark = pytest.mark.testbed

ALICE = Token(
    user_signature="alice",
    client_id="C1",
    client_secret="fixture-secret-S1",
    redirect_url="https://app.example/callback",
    grant_token="fixture-secret-G",
    refresh_token="fixture-secret-R",
    access_token="fixture-secret-A",
    api_domain="https://api.example",
    expires_in="4000000000000",
)


def test_a_saved_token_is_found_with_all_that_was_saved(client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)

    assert saved.id
    assert client.find_token(Token(user_signature="alice")) == saved
    assert client.find_token_by_id(saved.id) == saved
    assert list(client.get_tokens()) == [saved]
    assert saved == _like(ALICE, saved)


def _like(given: Token, stored: Token) -> Token:
    """What was given, with what only the store knows."""
    fields = {field: getattr(given, field) for field in given.__dataclass_fields__}
    own = ("id", "version", "expire_time", "create_time", "update_time")
    return Token(**{**fields, **{field: getattr(stored, field) for field in own}})


def test_the_store_says_when(client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)

    assert saved.expire_time == datetime(2096, 10, 2, 7, 6, 40, tzinfo=timezone.utc)
    assert saved.create_time is not None and saved.update_time is not None
    assert abs(datetime.now(timezone.utc) - saved.create_time) < timedelta(minutes=5)
    assert saved.update_time >= saved.create_time


def test_a_miss_is_none_and_an_unknown_id_an_error(client: TokenStoreClient) -> None:
    assert client.find_token(Token(user_signature="nobody")) is None
    with pytest.raises(TokenStoreError) as caught:
        client.find_token_by_id("nobody's")
    assert caught.value.reason == "TOKEN_NOT_FOUND"
    assert TokenStoreError.is_token_gone(caught.value)


def test_fields_that_are_not_given_are_kept(client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)

    updated = client.save_token(Token(id=saved.id, access_token="fixture-secret-A2"))

    assert updated.access_token == "fixture-secret-A2"
    assert updated.refresh_token == ALICE.refresh_token
    assert updated.version != saved.version


def test_a_save_at_a_stale_version_changes_nothing(client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)
    newer = client.save_token(Token(id=saved.id, access_token="fixture-secret-A2"), expected_version=saved.version)

    with pytest.raises(TokenStoreError) as caught:
        client.save_token(Token(id=saved.id, access_token="fixture-secret-A3"), expected_version=saved.version)

    assert caught.value.reason == "VERSION_CONFLICT"
    assert caught.value.current_version == newer.version
    assert client.find_token_by_id(saved.id) == newer


def test_a_deleted_token_is_gone_and_a_late_save_does_not_revive_it(client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)
    client.delete_token(saved.id)
    client.delete_token(saved.id)

    with pytest.raises(TokenStoreError) as caught:
        client.save_token(Token(id=saved.id, access_token="fixture-secret-A2"))
    assert caught.value.reason == "TOKEN_DELETED"
    assert TokenStoreError.is_token_gone(caught.value)
    assert list(client.get_tokens()) == []


def test_an_id_that_is_missing_is_refused(client: TokenStoreClient) -> None:
    for call in (client.find_token_by_id, client.delete_token):
        for missing in ("", None):
            with pytest.raises(TokenStoreError, match="id is missing") as caught:
                call(missing)
            assert caught.value.reason == "INVALID_TOKEN"


def test_a_value_that_is_too_long_is_named_and_not_shown(client: TokenStoreClient) -> None:
    with pytest.raises(TokenStoreError, match="^access_token is too long") as caught:
        client.save_token(Token(access_token="fixture-secret" * 2000))
    assert caught.value.reason == "INVALID_TOKEN"
    assert "fixture-secret" not in str(caught.value)


def test_the_list_runs_over_pages(client: TokenStoreClient) -> None:
    saved = [client.save_token(Token(access_token=f"fixture-secret-{number}")) for number in range(7)]

    for page_size in (0, 1, 3, 7):
        assert {token.id for token in client.get_tokens(page_size=page_size)} == {token.id for token in saved}


def test_a_negative_page_size_is_refused(client: TokenStoreClient) -> None:
    with pytest.raises(TokenStoreError):
        next(client.get_tokens(page_size=-1))


def test_delete_tokens_counts_them(client: TokenStoreClient) -> None:
    for number in range(3):
        client.save_token(Token(access_token=f"fixture-secret-{number}"))

    assert client.delete_tokens() == 3
    assert client.delete_tokens() == 0


def test_serves_over_a_unix_socket(sidecar: Sidecar, client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)

    assert sidecar.socket.startswith("unix:/")
    with TokenStoreClient(sidecar.socket) as other:
        assert other.find_token_by_id(saved.id) == saved


def test_threads_share_a_client(client: TokenStoreClient) -> None:
    ids: dict[int, set[str | None]] = {}

    def work(number: int) -> None:
        token = Token(user_signature=f"user {number}", access_token=f"fixture-secret-{number}")
        saved = client.save_token(token)
        ids[number] = {saved.id} | {client.find_token_by_id(saved.id).id for _ in range(5)}

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 16 and all(len(of_one) == 1 for of_one in ids.values())
    assert len(set.union(*ids.values())) == 16


def test_a_read_outlives_a_sidecar_that_was_killed(sidecar: Sidecar, client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)
    sidecar.kill()
    sidecar.start()

    assert client.find_token_by_id(saved.id) == saved


def test_a_save_outlives_a_sidecar_that_was_killed(sidecar: Sidecar, client: TokenStoreClient) -> None:
    saved = client.save_token(ALICE)
    sidecar.kill()
    sidecar.start()

    assert client.save_token(Token(id=saved.id, access_token="fixture-secret-A2")).id == saved.id
