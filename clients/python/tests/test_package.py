"""What is installed: typed, for Python 3.9, without the SDK unless asked for, and built from what is delivered."""

from __future__ import annotations

import ast
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
SOURCES = sorted((PROJECT / "src" / "oauth_token_store").glob("*.py"))


def python(*arguments: str, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=600)


def test_importing_it_imports_no_sdk() -> None:
    done = python("-c", "import sys, oauth_token_store; print([m for m in sys.modules if m.startswith('zohocrm')])")

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_says_what_to_install_where_the_sdk_is_missing() -> None:
    done = python("-c", "import sys; sys.modules['zohocrmsdk'] = None; import oauth_token_store.zoho")

    assert done.returncode != 0
    assert done.stderr.splitlines()[-1] == (
        "ImportError: SidecarTokenStore needs the Zoho CRM SDK: pip install 'oauth-token-store[zoho]'"
    )


def test_passes_mypy_strict(tmp_path: Path) -> None:
    done = python("-m", "mypy", "--cache-dir", str(tmp_path), "--config-file", "pyproject.toml")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", SOURCES, ids=[source.name for source in SOURCES])
def test_is_written_for_python_3_9(source: Path) -> None:
    ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_a_wheel_comes_from_an_sdist_alone(tmp_path: Path) -> None:
    done = python("-m", "build", "--no-isolation", "--outdir", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = tmp_path.glob("*.tar.gz")
    (wheel,) = tmp_path.glob("*.whl")

    with tarfile.open(sdist) as archive:
        delivered = {name.split("/", 1)[1] for name in archive.getnames()}
    with zipfile.ZipFile(wheel) as archive:
        installed = set(archive.namelist())

    assert {"proto/tokenstore/v1/token_store.proto", "LICENSE", "README.md", "build_hook.py"} <= delivered
    assert not [name for name in delivered if "_pb2" in name]
    generated = "oauth_token_store/_proto/tokenstore/v1/token_store_pb2"
    assert {f"{generated}.py", f"{generated}.pyi", "oauth_token_store/py.typed"} <= installed
    assert [name for name in installed if name.endswith("licenses/LICENSE")]
