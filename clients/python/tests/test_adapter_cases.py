"""The cases of clients/adapter-cases.json, which every language's adapter passes; the file says what it means."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.token import Token as SdkToken
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.user_signature import UserSignature

from oauth_token_store import Token, TokenStoreClient, TokenStoreError
from oauth_token_store.token import FIELDS
from oauth_token_store.zoho import SidecarTokenStore

pytestmark = pytest.mark.testbed

TABLE = json.loads((Path(__file__).parents[2] / "adapter-cases.json").read_text(encoding="utf-8"))

Fields = dict[str, str]


class OtherToken(SdkToken):
    """A token of the SDK that is no OAuthToken."""

    def authenticate(self, url_connection: Any) -> None: ...

    def remove(self) -> None: ...

    def generate_token(self) -> None: ...


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["name"] for case in TABLE["cases"]])
def test_case(case: dict[str, Any], client: TokenStoreClient) -> None:
    Play(client).run(case)


class Play:
    """One case on an empty store."""

    def __init__(self, client: TokenStoreClient) -> None:
        self._client = client
        self._store = SidecarTokenStore(client)
        self._ids: dict[str, str] = {}

    def run(self, case: dict[str, Any]) -> None:
        for row in case["given"]:
            self._ids[f"${row}"] = str(self._client.save_token(Token(**TABLE["rows"][row])).id)
        for step in case.get("steps", [case]):
            self._step(step)

    def _step(self, step: dict[str, Any]) -> None:
        token = self._argument(step.get("token"))
        returned = self._called(step, token)
        self._check_returned(step, token, returned)
        if "token_after" in step:
            self._check(fields_of(token), step["token_after"])
        if step.get("store_after") is not None:
            stored = self._client.get_tokens()
            rows = [{field: value for field in FIELDS if (value := getattr(row, field))} for row in stored]
            self._check_all(rows, step["store_after"])

    def _argument(self, token: Any) -> Any:
        if token is None:
            return None
        if token == "other":
            return OtherToken()
        argument = OAuthToken(id="for the constructor")
        for field in FIELDS:
            value = self._id(token.get(field)) if field == "id" else token.get(field)
            signed = field == "user_signature" and value is not None
            getattr(argument, f"set_{field}")(UserSignature(value) if signed else value)
        return argument

    def _called(self, step: dict[str, Any], token: Any) -> Any:
        calls: dict[str, Callable[[], Any]] = {
            "find_token": lambda: self._store.find_token(token),
            "find_token_by_id": lambda: self._store.find_token_by_id(self._id(step["id"])),
            "save_token": lambda: self._store.save_token(token),
            "delete_token": lambda: self._store.delete_token(self._id(step["id"])),
            "get_tokens": lambda: self._store.get_tokens(),
            "delete_tokens": lambda: self._store.delete_tokens(),
        }
        try:
            return calls[step["call"]]()
        except SDKException as error:
            return error

    def _check_returned(self, step: dict[str, Any], token: Any, returned: Any) -> None:
        wanted = step["returns"]
        if isinstance(wanted, dict):
            assert isinstance(returned, SDKException)
            assert returned.code == wanted["error"]
            assert wanted["mentions"] in str(returned)
            behind = TokenStoreError.behind(returned)
            assert (None if behind is None else behind.reason) == wanted["reason"]
            assert TokenStoreError.is_token_gone(returned) is wanted["gone"]
            assert "fixture-secret" not in "".join(traceback.format_exception(None, returned, returned.__traceback__))
            return
        if isinstance(returned, SDKException):
            raise returned
        if wanted == "same":
            assert returned is token
        elif wanted in ("none", "nothing"):
            assert returned is None
        elif wanted == "row":
            assert type(returned) is OAuthToken
            self._check(fields_of(returned), step["row"])
        else:
            assert wanted == "rows" and type(returned) is list
            self._check_all([fields_of(row) for row in returned], step["rows"])

    def _id(self, text: str | None) -> str | None:
        return self._ids[text] if text in self._ids else text

    def _check(self, actual: Fields, expected: Fields) -> None:
        wanted = {field: value for field, value in expected.items() if value != ""}
        name = wanted.get("id", "")
        if name.startswith("$") and name not in self._ids:
            assert actual["id"] not in self._ids.values()
            self._ids[name] = actual["id"]
        assert actual == self._resolved(wanted)

    def _check_all(self, actual: list[Fields], expected: list[Fields]) -> None:
        wanted = [self._resolved(row) for row in expected]
        assert sorted(actual, key=_by_id) == sorted(wanted, key=_by_id)

    def _resolved(self, row: Fields) -> Fields:
        return {field: str(self._id(value)) if field == "id" else value for field, value in row.items()}


def _by_id(row: Fields) -> str:
    return row["id"]


def fields_of(token: OAuthToken) -> Fields:
    """What the SDK would read from its token; what is empty is absent."""
    fields = {field: getattr(token, f"get_{field}")() for field in FIELDS}
    if fields["user_signature"] is not None:
        fields["user_signature"] = fields["user_signature"].get_name()
    return {field: value for field, value in fields.items() if value}
