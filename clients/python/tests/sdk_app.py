"""An app with the real SDK. Reads commands, lines of JSON, and answers each with one line of JSON.

The SDK keeps its state in its classes, so what happens in two processes needs two processes.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.user_signature import UserSignature

from oauth_token_store import TokenStoreClient, TokenStoreError
from oauth_token_store.zoho import SidecarTokenStore


class Log(logging.Handler):
    """What the SDK logged since the last answer."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(map(str, (record.msg, *(record.args or ())))))


class App:
    def __init__(
        self, accounts_url: str, api_domain: str, address: str, timeout: float | None, coordinate_refresh: bool
    ) -> None:
        self._environment = DataCenter.Environment(api_domain, accounts_url, api_domain)
        self._client = TokenStoreClient(address, timeout=timeout)
        self._store = SidecarTokenStore(self._client, coordinate_refresh=coordinate_refresh)
        self._token: OAuthToken | None = None

    def initialize(self, **fields: str) -> None:
        self._token = _token(fields)
        Initializer.initialize(self._environment, self._token, store=self._store)

    def switch_user(self, **fields: str) -> None:
        self._token = _token(fields)
        Initializer.switch_user(environment=self._environment, token=self._token)

    def call(self) -> int:
        """One cheap call of the CRM; returns its status."""
        response = OrgOperations().get_organization()
        return int(response.get_status_code())

    def call_in_threads(self, number: int) -> list[int]:
        """The same call in threads of this process, all at once."""
        with ThreadPoolExecutor(number) as threads:
            return [call.result() for call in [threads.submit(self.call) for _ in range(number)]]

    def call_in_forks(self) -> list[int]:
        """The same call in two children of this process; returns their exit statuses, 0 if theirs was answered 200."""
        statuses = []
        for _ in range(2):
            process = os.fork()
            if process == 0:
                try:
                    os._exit(0 if self.call() == 200 else 2)
                except BaseException as error:
                    print(repr(error), file=sys.stderr)
                    os._exit(1)
            statuses.append(os.waitpid(process, 0)[1])
        return statuses

    def revoke(self, id: str) -> bool:
        assert self._token is not None
        return bool(self._token.revoke(id))

    def remove(self) -> bool:
        assert self._token is not None
        return bool(self._token.remove())

    def token(self) -> dict[str, Any]:
        """The app's own token, as the SDK left it."""
        assert self._token is not None
        user = self._token.get_user_signature()
        return {
            "id": self._token.get_id(),
            "user": None if user is None else user.get_name(),
            "refresh_token": self._token.get_refresh_token(),
        }


def _token(fields: dict[str, str]) -> OAuthToken:
    user = fields.pop("user_signature", None)
    return OAuthToken(**fields, user_signature=None if user is None else UserSignature(user))


def main() -> None:
    log = Log()
    logging.getLogger("SDKLogger").addHandler(log)
    app = App(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        command = json.loads(line)
        answer: dict[str, Any]
        try:
            answer = {"value": getattr(app, command["do"])(**command["with"])}
        except SDKException as error:
            cause = TokenStoreError.behind(error)
            seen = None if cause is None else [type(error.cause).__name__, cause.status.name, cause.reason]
            answer = {"code": error.code, "text": str(error), "cause": seen}
        print(json.dumps({**answer, "log": log.lines}), flush=True)
        log.lines = []


main()
