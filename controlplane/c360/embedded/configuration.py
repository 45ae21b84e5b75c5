"""Write c360.conf, the part of the server's configuration that is ours.

Included from postgresql.conf, which stays the administrator's: a line there below the include wins.
"""

from __future__ import annotations

from pathlib import Path

import psutil

from c360.embedded.cluster import Cluster

_MEGABYTE = 1024 * 1024
# The kernel keeps 108 bytes for the name of a unix socket, the last of them a zero.
_SOCKET_PATH_LIMIT = 107

# What people send must not lie in a log: no statement, no parameter, no row of a failed one, and no error, because most
# messages name a value. Errors reach whoever caused them; what the server itself has to say is logged (LOG and worse).
_SILENT = {
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": -1,
    "log_min_duration_sample": -1,
    "log_transaction_sample_rate": 0,
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_lock_waits": "off",
}


def socket_fits(folder: Path) -> bool:
    """Whether a socket in this folder has a name the kernel accepts."""
    return len(str(folder / ".s.PGSQL.65535").encode()) <= _SOCKET_PATH_LIMIT


def write_configuration(cluster: Cluster, address: str, port: int, run: Path) -> None:
    """Write c360.conf for the next start and include it once."""
    shared = min(4096, max(128, psutil.virtual_memory().total // _MEGABYTE // 8))
    settings = {
        "listen_addresses": address,
        "port": port,
        "unix_socket_directories": str(run) if socket_fits(run) else "",
        "shared_buffers": f"{shared}MB",
        "max_connections": 100,
        "jit": "off",  # compiling costs more than it saves in short statements
        # A bulk load writes each page whole after every checkpoint: let those be few.
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": 1.1,
        **_SILENT,
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_truncate_on_rotation": "on",
    }
    lines = ["# Written by c360 at every start; put changes of yours into postgresql.conf, below the include."]
    lines += [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    ours = cluster.data / "c360.conf"
    ours.write_text("\n".join(lines) + "\n", encoding="utf-8")
    cluster.account.own(ours, 0o600)

    theirs = cluster.data / "postgresql.conf"
    if "include 'c360.conf'" not in theirs.read_text(encoding="utf-8"):
        with theirs.open("a", encoding="utf-8") as file:
            file.write("\ninclude 'c360.conf'\n")


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
