"""Decide which system user runs the server.

PostgreSQL refuses to run as root. Started by root, it runs as the user that owns the data already, else as `postgres`
where the machine has that user, else as `nobody`. Creates no users and changes no permissions outside its folders.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from c360.domain.errors import EmbeddedPostgresError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The system user of a server process; `switch` says whether starting it means changing the user."""

    name: str
    uid: int
    gid: int
    switch: bool

    @property
    def process_options(self) -> dict[str, object]:
        """Arguments for subprocess.run that start a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path, mode: int) -> None:
        """Give a file or folder to this user."""
        if self.switch:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def account_for(data: Path) -> Account:
    """The user that runs a server whose data lies, or will lie, in `data`."""
    if os.geteuid() != 0:
        entry = pwd.getpwuid(os.geteuid())
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=False)
    if data.exists() and data.stat().st_uid != 0:
        entry = pwd.getpwuid(data.stat().st_uid)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)
    raise EmbeddedPostgresError(
        "PostgreSQL may not run as root, and there is no user to run it as",
        code="U9012",
        hint="Start c360 as an ordinary user, or add a system user named postgres.",
    )


def can_reach(account: Account, path: Path) -> bool:
    """Whether the account may pass through every folder above `path`. True for whoever is not root: it tries itself."""
    if not account.switch:
        return True
    return all(_may_pass(account, folder) for folder in path.resolve().parents)


def _may_pass(account: Account, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
