from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Generic, Optional, TypeVar

from ._claims import HeldClaims
from .client import TokenStoreClient, WillRefresh
from .errors import TokenStoreError
from .token import FIELDS, Token

T = TypeVar("T")

# SDKs refresh a token five seconds before it expires
_SDK_MARGIN = 6.0

# an expires_in of 1970, which makes every SDK refresh; it is never stored
_LONG_AGO = "1"

_GONE = (
    "there is no token with this id: it was deleted, or its session is over; initialize the SDK again, without the id"
)


class SdkTokens(ABC, Generic[T]):
    """Creates, reads and fills the token objects of one SDK; each SDK's adapter implements it."""

    @abstractmethod
    def create(self) -> T:
        """Returns a new token without values; its id is set next."""

    @abstractmethod
    def get(self, token: T, field: str) -> Any:
        """Calls the SDK's getter."""

    @abstractmethod
    def set(self, token: T, field: str, value: str) -> None:
        """Calls the SDK's setter with a value that is not empty."""

    @abstractmethod
    def failure(self, message: str, cause: Exception) -> Exception:
        """Returns the exception that the SDK's own stores raise."""


class SdkTokenStore(Generic[T]):
    """The six operations on an SDK's own token objects; the adapter for an SDK delegates to it.

    The rules are the same for every SDK and in every language (`clients/adapter-cases.json`). A value that is None or
    "" is absent. Values of the caller's object take precedence over stored ones, except for the id.
    """

    def __init__(self, client: TokenStoreClient, sdk: SdkTokens[T], coordinate_refresh: bool = True) -> None:
        self._client = client
        self._sdk = sdk
        self._coordinate_refresh = coordinate_refresh
        self._claims = HeldClaims()

    def find_token(self, token: T) -> Optional[T]:
        """Fills the caller's object and returns it; None, and an unchanged object, if there is no such token."""
        with self._sdk_errors():
            given = self._read(token)
            row = self._client.find_token(given, will_refresh=self._will_refresh(given))
        if row is None:
            return None
        # expires_in belongs to one access token: with another one it would make that look valid
        expiry_fits = given.access_token in (None, "", row.access_token)
        self._fill(token, given, row if expiry_fits else replace(row, expires_in=None))
        if expiry_fits:
            self._make_refresh(token, row)
        return token

    def find_token_by_id(self, id: Optional[str]) -> T:
        """Returns a new object with every stored value; fails if there is no such token."""
        with self._sdk_errors():
            row = self._client.find_token_by_id(id, will_refresh=self._will_refresh())
        token = self._new_token(row)
        self._make_refresh(token, row)
        return token

    def _will_refresh(self, given: Optional[Token] = None) -> Optional[WillRefresh]:
        """What a find says about a refresh; nothing if the SDK looks a token up by its id to revoke it."""
        is_lookup = given is not None and not any(getattr(given, field) for field in FIELDS if field != "id")
        if is_lookup or not self._coordinate_refresh:
            return None
        return WillRefresh(_SDK_MARGIN, self._claims.abandoned())

    def _make_refresh(self, token: T, row: Token) -> None:
        """Makes the SDK refresh a token whose claim it holds, whatever its own clock says."""
        if row.claim is not None:
            self._sdk.set(token, "expires_in", _LONG_AGO)
            self._claims.add(token, row.claim)

    def save_token(self, token: T) -> None:
        """Stores the values of the object, then sets its id and the stored values that it lacks."""
        with self._sdk_errors():
            given = self._read(token)
            if given.expires_in == _LONG_AGO:
                given = replace(given, expires_in=None)
            row = self._client.save_token(given, claim=self._claims.take(token))
        self._fill(token, given, row)

    def delete_token(self, id: Optional[str]) -> None:
        with self._sdk_errors():
            self._client.delete_token(id)

    def get_tokens(self) -> list[T]:
        with self._sdk_errors():
            return [self._new_token(row) for row in self._client.get_tokens()]

    def delete_tokens(self) -> None:
        with self._sdk_errors():
            self._client.delete_tokens()

    def _read(self, token: T) -> Token:
        return Token(**{field: self._sdk.get(token, field) for field in FIELDS})

    def _fill(self, token: T, given: Token, row: Token) -> None:
        for field in FIELDS:
            value = getattr(row, field)
            if value and (field == "id" or not getattr(given, field)):
                self._sdk.set(token, field, value)

    def _new_token(self, row: Token) -> T:
        token = self._sdk.create()
        self._fill(token, Token(), row)
        return token

    @contextmanager
    def _sdk_errors(self) -> Iterator[None]:
        try:
            yield
        except (TokenStoreError, TypeError, ValueError) as error:
            message = _GONE if TokenStoreError.is_token_gone(error) else str(error)
            raise self._sdk.failure(message, error) from error
