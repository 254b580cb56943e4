"""The Zoho CRM SDK's token store on the sidecar: `Initializer.initialize(..., store=SidecarTokenStore())`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from .client import TokenStoreClient
from .errors import TokenStoreError
from .token import FIELDS, Token

try:
    from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
    from zohocrmsdk.src.com.zoho.api.authenticator.store import TokenStore
    from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
    from zohocrmsdk.src.com.zoho.crm.api.user_signature import UserSignature
except ModuleNotFoundError as missing:
    raise ImportError("SidecarTokenStore needs the Zoho CRM SDK: pip install 'oauth-token-store[zoho]'") from missing


class SidecarTokenStore(TokenStore):  # type: ignore[misc]
    """Keeps the SDK's tokens in a token store, through its sidecar.

    `client` is for an address or a deadline of your own. What fails is raised as SDKException with code TOKEN_STORE and
    the TokenStoreError as its cause.
    """

    def __init__(self, client: Optional[TokenStoreClient] = None) -> None:
        self._client = TokenStoreClient() if client is None else client

    def find_token(self, token: Any) -> Any:
        """Fills what the caller's token lacks and returns it; None if no such token is stored."""
        if not isinstance(token, OAuthToken):
            return token
        with _sdk_errors():
            stored = self._client.find_token(_read(token))
            return None if stored is None else _fill(token, stored)

    def find_token_by_id(self, id: Optional[str]) -> OAuthToken:
        with _sdk_errors():
            return _new(self._client.find_token_by_id(id))

    def save_token(self, token: Any) -> None:
        """Stores what the caller's token has, and fills what it lacks, its id first of all."""
        if isinstance(token, OAuthToken):
            with _sdk_errors():
                _fill(token, self._client.save_token(_read(token)))

    def delete_token(self, id: Optional[str]) -> None:
        """Deletes the token with this id, if there is one. It is not revoked at the provider."""
        with _sdk_errors():
            self._client.delete_token(id)

    def get_tokens(self) -> list[OAuthToken]:
        with _sdk_errors():
            return [_new(token) for token in self._client.get_tokens()]

    def delete_tokens(self) -> None:
        """Deletes every token of the store. None is revoked at the provider."""
        with _sdk_errors():
            self._client.delete_tokens()


@contextmanager
def _sdk_errors() -> Iterator[None]:
    try:
        yield
    except (TokenStoreError, TypeError, ValueError) as error:
        failure = SDKException("TOKEN_STORE", str(error))
        failure.cause = error  # not by the constructor, which would say the sentence twice
        raise failure from error


def _new(stored: Token) -> OAuthToken:
    # by its constructor: without the attributes that only the constructor sets, the SDK refreshes and does not save
    token = OAuthToken(id=stored.id)
    _fill(token, stored)
    return token


def _fill(token: OAuthToken, stored: Token) -> OAuthToken:
    """Gives the token the stored id, and the other fields it lacks."""
    own = _read(token)
    _set(token, "id", stored.id)
    for field in FIELDS:
        # a deadline belongs to an access token: another one would seem alive
        belongs = field != "expires_in" or own.access_token in (None, "", stored.access_token)
        if not getattr(own, field) and getattr(stored, field) and belongs:
            _set(token, field, getattr(stored, field))
    return token


def _read(token: OAuthToken) -> Token:
    return Token(**{field: _get(token, field) for field in FIELDS})


def _get(token: OAuthToken, field: str) -> Any:
    try:
        # by the class: the SDK leaves bound methods among a token's attributes, and in a copy they are another token's
        value = getattr(type(token), f"get_{field}")(token)
    except AttributeError:
        return None  # this SDK has no such field, or the token was built without its constructor
    return value.get_name() if field == "user_signature" and value is not None else value


def _set(token: OAuthToken, field: str, value: Any) -> None:
    setter = getattr(type(token), f"set_{field}", None)
    if setter is not None:
        setter(token, UserSignature(value) if field == "user_signature" else value)
