"""The Zoho CRM SDK's token store on the sidecar: `Initializer.initialize(..., store=SidecarTokenStore())`."""

from __future__ import annotations

from typing import Any, Optional

from .client import TokenStoreClient
from .sdk_token_store import SdkTokens, SdkTokenStore

try:
    from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
    from zohocrmsdk.src.com.zoho.api.authenticator.store import TokenStore
    from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
    from zohocrmsdk.src.com.zoho.crm.api.user_signature import UserSignature
except ModuleNotFoundError as missing:
    raise ImportError("SidecarTokenStore needs the Zoho CRM SDK: pip install 'oauth-token-store[zoho]'") from missing


class SidecarTokenStore(TokenStore):  # type: ignore[misc]
    """Keeps the SDK's tokens in the token store of a sidecar.

    Pass a `client` for another address or other time limits. A failure is raised as SDKException with code TOKEN_STORE
    and the client's error as its cause.

    Of all processes that share a token and find it due, one refreshes it and the others wait for it (docs/refresh.md);
    `coordinate_refresh=False` lets each refresh for itself.
    """

    def __init__(self, client: Optional[TokenStoreClient] = None, *, coordinate_refresh: bool = True) -> None:
        self._store = SdkTokenStore(
            TokenStoreClient() if client is None else client, ZohoTokens(), coordinate_refresh
        )

    def find_token(self, token: Any) -> Any:
        """Fills the values that the caller's token lacks and returns it; None if no such token is stored."""
        return self._store.find_token(token) if isinstance(token, OAuthToken) else token

    def find_token_by_id(self, id: Optional[str]) -> OAuthToken:
        return self._store.find_token_by_id(id)

    def save_token(self, token: Any) -> None:
        """Stores the values of the caller's token, then sets its id and the stored values that it lacks."""
        if isinstance(token, OAuthToken):
            self._store.save_token(token)

    def delete_token(self, id: Optional[str]) -> None:
        """Deletes the token with this id, if there is one. It is not revoked at the provider."""
        self._store.delete_token(id)

    def get_tokens(self) -> list[OAuthToken]:
        return self._store.get_tokens()

    def delete_tokens(self) -> None:
        """Deletes every token of the store. None is revoked at the provider."""
        self._store.delete_tokens()


class ZohoTokens(SdkTokens[Any]):
    """Reads and fills the SDK's `OAuthToken` through its getters and setters."""

    def create(self) -> OAuthToken:
        # the SDK refreshes a token without the attributes that its constructor sets, and does not save it; the
        # constructor refuses a call without arguments
        return OAuthToken(id="")

    def get(self, token: OAuthToken, field: str) -> Any:
        try:
            # by the class: the SDK leaves bound methods among a token's attributes, and in a copy they are another
            # token's
            value = getattr(type(token), f"get_{field}")(token)
        except AttributeError:
            return None  # this SDK has no such field, or the token was built without its constructor
        return value.get_name() if field == "user_signature" and value is not None else value

    def set(self, token: OAuthToken, field: str, value: str) -> None:
        setter = getattr(type(token), f"set_{field}", None)
        if setter is not None:
            setter(token, UserSignature(value) if field == "user_signature" else value)

    def failure(self, message: str, cause: Exception) -> Exception:
        failure = SDKException("TOKEN_STORE", message)
        failure.cause = cause  # given to the constructor, the cause's text would be appended to the message
        return failure  # type: ignore[no-any-return]
