from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional

FIELDS = (
    "id",
    "user_signature",
    "client_id",
    "client_secret",
    "redirect_url",
    "grant_token",
    "refresh_token",
    "access_token",
    "api_domain",
    "expires_in",
)
"""The ten fields that are stored. All are text; None and "" both mean that a field is absent."""

@dataclass(frozen=True)
class Claim:
    """A caller's claim to refresh a token: while it is in force, no other caller is told to refresh it.

    `version` is the version of the token that is to be refreshed.
    """

    nonce: str
    version: str


_PRINTED = ("expires_in", "version", "expire_time", "create_time", "update_time", "claim")


@dataclass(frozen=True, repr=False)
class Token:
    """An OAuth token, or a part of one: the ten fields of the SDKs' `OAuthToken`, and what the store knows about it.

    `expires_in` is when the access token expires, in epoch milliseconds as decimal digits; the name comes from the
    SDKs. The store sets `version` and the three times; a save ignores them. `claim` is set if the caller of a find said
    that it will refresh, and is to do so now. `repr` shows no secret value.
    """

    id: Optional[str] = None
    user_signature: Optional[str] = None
    client_id: Optional[str] = None
    client_secret: Optional[str] = None
    redirect_url: Optional[str] = None
    grant_token: Optional[str] = None
    refresh_token: Optional[str] = None
    access_token: Optional[str] = None
    api_domain: Optional[str] = None
    expires_in: Optional[str] = None
    version: Optional[str] = None
    expire_time: Optional[datetime] = None
    create_time: Optional[datetime] = None
    update_time: Optional[datetime] = None
    claim: Optional[Claim] = None

    def __post_init__(self) -> None:
        for field in FIELDS:
            check_text(field, getattr(self, field))

    def __repr__(self) -> str:
        given = (field for field in self.__dataclass_fields__ if getattr(self, field) is not None)
        shown = (f"{field}={getattr(self, field)!r}" if field in _PRINTED else f"{field}=<redacted>" for field in given)
        return f"Token({', '.join(shown)})"


def check_text(name: str, value: object) -> None:
    """Raises unless the value is None or text that UTF-8 can hold; the error does not show the value."""
    if value is None:
        return
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} is malformed: it holds half of a UTF-16 surrogate pair") from None
