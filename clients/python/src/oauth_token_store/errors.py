from __future__ import annotations

from collections.abc import Mapping
from typing import Optional, cast

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

_DOMAIN = "tokenstore.dev"
_DETAILS = "grpc-status-details-bin"


class TokenStoreError(Exception):
    """A call that failed. Its text is one sentence that says what to do, and never holds a value of a token.

    `status` is the gRPC status. `reason` is the server's own, stable word for what is wrong, such as `STORE_FULL`
    (docs/sidecar.md lists them); None if the server did not say, for example because it was not reached.
    """

    def __init__(
        self,
        message: str,
        status: grpc.StatusCode,
        reason: Optional[str] = None,
        metadata: Optional[Mapping[str, str]] = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.metadata = dict(metadata or {})


class TokenNotFoundError(TokenStoreError):
    """There is no token with this id, or no longer: it was deleted, or its session is over."""


class InvalidTokenError(TokenStoreError):
    """A value is missing or cannot be stored; the text names the field."""


class TokenDeletedError(TokenStoreError):
    """A save with the id of a token that was deleted. A late save revives none; save without an id instead."""


class VersionConflictError(TokenStoreError):
    """The token is not at the expected version. Nothing was changed: read it again and decide again."""

    @property
    def current_version(self) -> Optional[str]:
        """The version the token is at; None where there is no token."""
        return self.metadata.get("current_version") or None


class StoreUnavailableError(TokenStoreError):
    """The store did not answer; retrying may help. A save or delete may have been carried out all the same."""


_BY_REASON: dict[Optional[str], type[TokenStoreError]] = {
    "TOKEN_NOT_FOUND": TokenNotFoundError,
    "INVALID_TOKEN": InvalidTokenError,
    "TOKEN_DELETED": TokenDeletedError,
    "VERSION_CONFLICT": VersionConflictError,
}
_UNAVAILABLE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


def error_of(failure: grpc.RpcError, address: str, timeout: float) -> TokenStoreError:
    """What a failed call means to its caller."""
    call = cast(grpc.Call, failure)
    status = call.code()
    info = _info(call)
    kind = _BY_REASON.get(info.reason, StoreUnavailableError if status in _UNAVAILABLE else TokenStoreError)
    if info.reason:
        message = call.details() or info.reason
    elif status is grpc.StatusCode.DEADLINE_EXCEEDED:
        message = f"the token store at {address} did not answer within {timeout:g} s; is its sidecar running and ready?"
    elif status is grpc.StatusCode.UNAVAILABLE:
        message = f"the token store at {address} cannot be reached; is its sidecar running, and is the address right?"
    else:
        message = f"the token store at {address} answered {status.name}: {call.details()}"
    return kind(message, status, info.reason or None, info.metadata)


def _info(call: grpc.Call) -> error_details_pb2.ErrorInfo:
    """The ErrorInfo of a failed call; an empty one if there is none of this service."""
    info = error_details_pb2.ErrorInfo()
    for key, value in call.trailing_metadata() or ():
        if key == _DETAILS and isinstance(value, bytes):
            try:
                details = status_pb2.Status.FromString(value).details
            except DecodeError:
                continue
            for detail in details:
                if detail.Unpack(info) and info.domain == _DOMAIN:
                    return info
    return error_details_pb2.ErrorInfo()
