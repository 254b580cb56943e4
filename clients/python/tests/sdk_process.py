"""Processes with the real SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from testbed import Sidecar, Vendor

CLIENT = {"client_id": "1000.C1", "client_secret": "fixture-secret-S1"}


class SdkError(Exception):
    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["text"])
        self.code = answer["code"]
        self.cause = answer["cause"]


class SdkApp:
    """A process with the real SDK (sdk_app.py)."""

    def __init__(
        self,
        vendor: Vendor,
        sidecar: Sidecar,
        folder: Path,
        timeout: float | None = None,
        coordinate_refresh: bool = True,
    ) -> None:
        settings = {
            "accounts_url": vendor.accounts_url,
            "api_domain": vendor.api_domain,
            "address": sidecar.address,
            "timeout": timeout,
            "coordinate_refresh": coordinate_refresh,
        }
        command = [sys.executable, str(Path(__file__).with_name("sdk_app.py")), json.dumps(settings)]
        # in a folder of its own: the SDK writes where it is started
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.log: list[str] = []

    def initialize(self, **token: Any) -> None:
        self._do("initialize", token)

    def switch_user(self, **token: Any) -> None:
        self._do("switch_user", token)

    def call(self) -> int:
        return int(self._do("call", {}))

    def call_in_threads(self, number: int) -> list[int]:
        return list(self._do("call_in_threads", {"number": number}))

    def call_in_forks(self) -> list[int]:
        return list(self._do("call_in_forks", {}))

    def revoke(self, id: str) -> bool:
        return bool(self._do("revoke", {"id": id}))

    def remove(self) -> bool:
        return bool(self._do("remove", {}))

    def token(self) -> dict[str, Any]:
        return dict(self._do("token", {}))

    def _do(self, what: str, arguments: dict[str, Any]) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, "with": arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the app ended with {self._process.wait()}"
        answer = json.loads(line)
        assert "fixture-secret" not in "".join(answer["log"])
        self.log = answer["log"]
        if "code" in answer:
            assert "fixture-secret" not in answer["text"]
            raise SdkError(answer)
        return answer["value"]

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(30)

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        if self._process.poll() is None:
            self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
