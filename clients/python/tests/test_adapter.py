"""What the table of cases cannot say: objects as only Python's SDK has them, and the SDK's exceptions."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import TokenStore
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.user_signature import UserSignature

from fake_sidecar import FakeSidecar, failure, reply
from oauth_token_store import Token, TokenStoreClient, TokenStoreError
from oauth_token_store._proto.tokenstore.v1 import token_store_pb2 as pb
from oauth_token_store.token import FIELDS
from oauth_token_store.zoho import SidecarTokenStore

import grpc

ROW = pb.Token(
    id="1",
    user_signature="alice",
    client_id="C1",
    client_secret="fixture-secret-S1",
    redirect_url="https://app.example/callback",
    grant_token="fixture-secret-G",
    refresh_token="fixture-secret-R",
    access_token="fixture-secret-A",
    api_domain="https://api.example",
    expires_in="200",
)


class Recorded:
    """A sidecar that has one row, and remembers what it was asked to find or save."""

    def __init__(self) -> None:
        self.requests: list[pb.Token] = []
        self.fake = FakeSidecar(
            FindToken=[self._answer(pb.FindTokenResponse)],
            SaveToken=[self._answer(pb.SaveTokenResponse)],
            FindTokenById=[reply(pb.FindTokenByIdResponse(token=ROW))],
            GetTokens=[reply(pb.GetTokensResponse(tokens=[ROW]))],
        )

    def _answer(self, kind: Any) -> Any:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            self.requests.append(request.token)
            return kind(token=ROW)

        return answer

    def asked(self) -> dict[str, str]:
        token = self.requests[-1]
        return {field: getattr(token, field) for field in FIELDS if token.HasField(field)}


@pytest.fixture
def recorded() -> Any:
    recorded = Recorded()
    with recorded.fake:
        yield recorded


@pytest.fixture
def store(recorded: Recorded) -> Any:
    with TokenStoreClient(recorded.fake.address) as client:
        yield SidecarTokenStore(client)


def test_is_a_token_store_of_the_sdk(store: SidecarTokenStore) -> None:
    assert isinstance(store, TokenStore)


def test_a_token_found_by_id_has_all_that_the_sdks_constructor_gives(store: SidecarTokenStore) -> None:
    constructed = vars(OAuthToken(id="1"))

    for token in (store.find_token_by_id("1"), *store.get_tokens()):
        assert vars(token).keys() == constructed.keys()
        assert vars(token)["_OAuthToken__find_user"] is True


def test_saves_what_a_token_without_constructor_has(store: SidecarTokenStore, recorded: Recorded) -> None:
    token = object.__new__(OAuthToken)
    token.set_access_token("fixture-secret-A")
    token.set_user_signature(UserSignature("alice"))

    store.save_token(token)

    assert recorded.asked() == {"user_signature": "alice", "access_token": "fixture-secret-A"}
    assert (token.get_id(), token.get_refresh_token(), token.get_expires_in()) == ("1", "fixture-secret-R", "200")


def test_fills_a_token_without_constructor(store: SidecarTokenStore, recorded: Recorded) -> None:
    token = object.__new__(OAuthToken)
    token.set_id("1")

    assert store.find_token(token) is token

    assert recorded.asked() == {"id": "1"}
    assert all(getattr(token, f"get_{field}")() for field in FIELDS)


def test_an_sdk_without_a_field_loses_no_other(
    store: SidecarTokenStore, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    for method in ("get_client_id", "set_client_id", "get_api_domain", "set_api_domain", "set_expires_in"):
        monkeypatch.delattr(OAuthToken, method)
    token = OAuthToken(access_token="fixture-secret-A")

    store.save_token(token)

    assert recorded.asked() == {"access_token": "fixture-secret-A"}
    assert token.get_id() == "1"
    assert token.get_user_signature().get_name() == "alice"
    assert token.get_refresh_token() == "fixture-secret-R"


def test_reads_and_fills_a_copy_of_a_token_that_the_sdk_merged(store: SidecarTokenStore, recorded: Recorded) -> None:
    original = OAuthToken(id="another", access_token="fixture-secret-another")
    OAuthToken.merge_objects(original, OAuthToken(id="another"))
    assert "get_id" in vars(original), "the SDK no longer leaves bound methods in its tokens: this test is of no use"
    copied = copy.copy(original)
    vars(copied)["_OAuthToken__id"] = None
    vars(copied)["_OAuthToken__access_token"] = "fixture-secret-A"

    store.save_token(copied)

    assert recorded.asked() == {"access_token": "fixture-secret-A"}
    assert vars(copied)["_OAuthToken__id"] == "1"
    assert original.get_id() == "another"


def test_a_user_with_an_empty_name_is_given_and_one_without_name_is_not(
    store: SidecarTokenStore, recorded: Recorded
) -> None:
    store.find_token(OAuthToken(user_signature=UserSignature("")))
    assert recorded.asked() == {"user_signature": ""}

    store.find_token(OAuthToken(id="1", user_signature=UserSignature(None)))
    assert recorded.asked() == {"id": "1"}


@pytest.mark.parametrize("other", [None, "fixture-secret", 5, Token(access_token="fixture-secret")])
def test_leaves_alone_what_is_no_token_of_the_sdk(store: SidecarTokenStore, recorded: Recorded, other: Any) -> None:
    assert store.find_token(other) is other
    assert store.save_token(other) is None
    assert recorded.requests == []


def test_a_value_that_is_no_text_is_named_and_not_shown(store: SidecarTokenStore) -> None:
    token = OAuthToken(id="1")
    token.set_expires_in(1234567)
    for call in (store.find_token, store.save_token):
        with pytest.raises(SDKException) as caught:
            call(token)
        assert str(caught.value) == "Caused By: TOKEN_STORE - expires_in must be a str, not int"
    with pytest.raises(SDKException, match="id must be a str, not int"):
        store.delete_token(1234567)  # type: ignore[arg-type]


def test_a_failure_is_one_sentence_with_its_cause() -> None:
    full = failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "the store holds as many tokens as it may", "STORE_FULL")
    with FakeSidecar(FindTokenById=[full]) as fake, TokenStoreClient(fake.address) as client:
        with pytest.raises(SDKException) as caught:
            SidecarTokenStore(client).find_token_by_id("1")

    assert caught.value.code == "TOKEN_STORE"
    assert str(caught.value) == "Caused By: TOKEN_STORE - the store holds as many tokens as it may"
    assert isinstance(caught.value.cause, TokenStoreError)
    assert caught.value.cause.reason == "STORE_FULL"
    assert caught.value.__cause__ is caught.value.cause


def test_a_token_that_is_gone_is_told_with_what_to_do() -> None:
    missing = failure(grpc.StatusCode.NOT_FOUND, "there is no token with this id", "TOKEN_NOT_FOUND")
    deleted = failure(grpc.StatusCode.FAILED_PRECONDITION, "the token was deleted", "TOKEN_DELETED")
    with FakeSidecar(FindTokenById=[missing], SaveToken=[deleted]) as fake, TokenStoreClient(fake.address) as client:
        store = SidecarTokenStore(client)
        for call in (lambda: store.find_token_by_id("1"), lambda: store.save_token(OAuthToken(id="1"))):
            with pytest.raises(SDKException) as caught:
                call()
            assert str(caught.value) == (
                "Caused By: TOKEN_STORE - there is no token with this id: it was deleted, or its session is over;"
                " initialize the SDK again, without the id"
            )
            assert TokenStoreError.behind(caught.value) is caught.value.cause
            assert TokenStoreError.is_token_gone(caught.value)


def test_a_sidecar_that_is_down_is_an_error_of_the_sdk() -> None:
    with FakeSidecar() as fake:
        address = fake.address
    with TokenStoreClient(address) as client, pytest.raises(SDKException) as caught:
        SidecarTokenStore(client).get_tokens()

    assert isinstance(caught.value.cause, TokenStoreError)
    assert caught.value.cause.status is grpc.StatusCode.UNAVAILABLE
    assert not TokenStoreError.is_token_gone(caught.value)
    assert f"no token store sidecar can be reached at {address}" in str(caught.value)


def test_takes_its_address_from_the_environment(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENSTORE_ADDRESS", recorded.fake.address)

    assert SidecarTokenStore().find_token_by_id("1").get_id() == "1"
