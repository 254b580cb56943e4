from __future__ import annotations

from typing import Optional, cast

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

_DOMAIN = "tokenstore.dev"
_DETAILS = "grpc-status-details-bin"


class TokenStoreError(Exception):
    """A call to the token store that failed.

    The text is one sentence that says what is wrong and what to do; it never holds a value of a token. `status` is the
    gRPC status. `reason` is the store's stable name for what is wrong, such as `STORE_FULL` (docs/sidecar.md lists
    them); None where no sidecar answered. With reason `VERSION_CONFLICT`, `current_version` is the version that the
    token has now; None where there is no token.
    """

    def __init__(
        self,
        message: str,
        status: grpc.StatusCode,
        reason: Optional[str] = None,
        current_version: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.current_version = current_version

    @staticmethod
    def behind(error: Optional[BaseException]) -> Optional[TokenStoreError]:
        """Returns the store's error among an error and its causes."""
        current = error
        while isinstance(current, BaseException):
            if isinstance(current, TokenStoreError):
                return current
            current = getattr(current, "cause", None) or current.__cause__
        return None

    @staticmethod
    def is_token_gone(error: Optional[BaseException]) -> bool:
        """Whether an error, or a cause of it, says that the token of the call no longer exists.

        It was deleted, or its session ended: reason `TOKEN_NOT_FOUND` or `TOKEN_DELETED`.
        """
        found = TokenStoreError.behind(error)
        return found is not None and found.reason in ("TOKEN_NOT_FOUND", "TOKEN_DELETED")


def error_of(failure: grpc.RpcError, address: str, timeout: float, change: Optional[str] = None) -> TokenStoreError:
    """Returns the error for a failed call. `change` is what the call may have changed unseen: "save" or "delete"."""
    call = cast(grpc.Call, failure)
    status = call.code()
    details = (call.details() or status.name).split("\n")[0]
    info = _info(call)
    if info.reason:
        message = details
    elif status is grpc.StatusCode.UNAVAILABLE:
        message = (
            f"no token store sidecar can be reached at {address} ({details}); start one there, or set"
            " TOKENSTORE_ADDRESS to where one is"
        )
    elif status is grpc.StatusCode.DEADLINE_EXCEEDED:
        advice = "try again" if change is None else f"the {change} may have happened all the same, so ask again"
        message = f"the token store sidecar at {address} did not answer within {timeout:g} s; {advice}"
    elif status is grpc.StatusCode.UNIMPLEMENTED:
        message = (
            f"what answers at {address} is no token store sidecar, or an older one; set TOKENSTORE_ADDRESS to where one"
            " is"
        )
    else:
        message = f"the call to the token store sidecar at {address} failed ({details}); its log may say more"
    return TokenStoreError(message, status, info.reason or None, info.metadata.get("current_version") or None)


def _info(call: grpc.Call) -> error_details_pb2.ErrorInfo:
    """Returns the ErrorInfo of a failed call; an empty one if this service sent none."""
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
