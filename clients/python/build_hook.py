"""Generates the messages of the gRPC contract when a wheel is built or the package is installed in editable mode.

The contract is the repository's proto file. A source distribution carries a copy of it, so that it builds on its own.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PROTO = "tokenstore/v1/token_store.proto"


class ProtoBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        project = Path(self.root)
        carried = project / "proto"
        source = carried if carried.is_dir() else project.parent.parent / "proto" / "src" / "main" / "protobuf"
        if not (source / PROTO).is_file():
            raise FileNotFoundError(f"{PROTO} is missing: build from a checkout of the repository, or from an sdist")
        if self.target_name == "sdist":
            build_data["force_include"][str(source / PROTO)] = f"proto/{PROTO}"
        else:
            self._generate(source, project / "src" / "oauth_token_store" / "_proto")

    @staticmethod
    def _generate(source: Path, target: Path) -> None:
        import grpc_tools
        from grpc_tools import protoc

        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        well_known = Path(grpc_tools.__file__).parent / "_proto"
        arguments = [f"-I{source}", f"-I{well_known}", f"--python_out={target}", f"--pyi_out={target}", PROTO]
        if protoc.main(["protoc", *arguments]) != 0:
            raise RuntimeError(f"protoc could not generate code from {source / PROTO}; its message is above")
