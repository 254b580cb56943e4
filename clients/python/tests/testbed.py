"""The testbed's control requests: real sidecars on a real API server, and a fake vendor."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

# a proxy of the environment is not for loopback
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Testbed:
    __test__ = False

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with _OPENER.open(request, timeout=120) as response:
                return json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the testbed refused {method} {path}: {error.read().decode()}") from None

    def new_sidecar(self) -> Sidecar:
        return self.new_sidecars(1)[0]

    def new_sidecars(self, number: int) -> list[Sidecar]:
        """Sidecars on one new store."""
        store = self.request("POST", "/stores", {})["store"]
        return [Sidecar(self, self.request("POST", "/sidecars", {"store": store})) for _ in range(number)]

    def new_vendor(self) -> Vendor:
        return Vendor(self, self.request("POST", "/vendors", {}))


class Sidecar:
    """A sidecar on a store of its own."""

    def __init__(self, testbed: Testbed, answer: dict[str, Any]) -> None:
        self._testbed = testbed
        self._path = f"/sidecars/{answer['id']}"
        self.address: str = answer["address"]
        self.socket: str = answer["socket"]

    def kill(self) -> None:
        self._testbed.request("POST", f"{self._path}/kill", {})

    def start(self) -> None:
        self._testbed.request("POST", f"{self._path}/start", {})

    def delete(self) -> None:
        self._testbed.request("DELETE", self._path)


class Vendor:
    """A fake of the vendor's accounts and CRM servers, with state of its own."""

    def __init__(self, testbed: Testbed, answer: dict[str, Any]) -> None:
        self._testbed = testbed
        self._path = f"/vendors/{answer['id']}"
        self.accounts_url: str = answer["accountsUrl"]
        self.api_domain: str = answer["apiDomain"]

    def new_grant(self) -> str:
        return self._testbed.request("POST", f"{self._path}/grants", {})["grant"]

    def new_refresh_token(self) -> str:
        return self._testbed.request("POST", f"{self._path}/refresh-tokens", {})["refreshToken"]

    def behave(self, **behaviour: Any) -> None:
        self._testbed.request("PUT", f"{self._path}/behaviour", behaviour)

    def expire(self) -> None:
        self._testbed.request("POST", f"{self._path}/expire", {})

    def token_requests(self) -> list[str]:
        """The grant types of the token requests so far."""
        return [request["grantType"] for request in self._testbed.request("GET", self._path)["tokenRequests"]]

    def last_api_token(self) -> str:
        return self._testbed.request("GET", self._path)["lastApiToken"]
