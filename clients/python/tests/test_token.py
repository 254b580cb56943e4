from __future__ import annotations

import dataclasses

import pytest

from oauth_token_store import Token
from oauth_token_store._proto.tokenstore.v1 import token_store_pb2 as pb
from oauth_token_store.token import FIELDS

SECRET = "fixture-secret"


def test_prints_no_value_that_the_contract_calls_secret() -> None:
    secret = [field.name for field in pb.Token.DESCRIPTOR.fields if field.GetOptions().debug_redact]

    printed = repr(Token(**{field: f"{SECRET}-{field}" for field in secret}, expires_in="200", version="v.1"))

    assert len(secret) == 9
    assert SECRET not in printed
    assert all(f"{field}=<redacted>" in printed for field in secret)
    assert "expires_in='200'" in printed and "version='v.1'" in printed


def test_prints_only_the_fields_it_has() -> None:
    assert repr(Token(user_signature="alice", access_token=SECRET)) == (
        "Token(user_signature=<redacted>, access_token=<redacted>)"
    )
    assert str(Token()) == "Token()"


def test_has_the_ten_fields_of_the_contract_that_requests_may_give() -> None:
    given = [field.name for field in pb.Token.DESCRIPTOR.fields if field.name not in _OUTPUT_ONLY]

    assert list(FIELDS) == given
    assert [field.name for field in dataclasses.fields(Token)] == [*given, *_OUTPUT_ONLY, "claim"]


_OUTPUT_ONLY = ["version", "expire_time", "create_time", "update_time"]


def test_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Token().id = "2"  # type: ignore[misc]


@pytest.mark.parametrize("value", [200, b"fixture-secret", ["fixture-secret"]])
def test_refuses_what_is_no_text_without_showing_it(value: object) -> None:
    with pytest.raises(TypeError, match="^refresh_token must be a str, not (int|bytes|list)$"):
        Token(refresh_token=value)  # type: ignore[arg-type]


def test_refuses_half_a_surrogate_pair_without_showing_the_rest() -> None:
    sentence = "^refresh_token is malformed: it holds half of a UTF-16 surrogate pair$"
    with pytest.raises(ValueError, match=sentence) as caught:
        Token(refresh_token=f"{SECRET}\ud83d")

    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__
