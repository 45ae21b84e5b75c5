"""Which Java there is. Engines say the version that they were built for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

_PLACES = Path("/usr/lib/jvm")


@cache
def java_home(at_least: int, below: int = 1000) -> Path | None:
    """A Java of a version in these bounds, with its compiler."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if found := shutil.which("java"):
        homes.append(Path(found).resolve().parents[1])
    homes += sorted(_PLACES.iterdir()) if _PLACES.is_dir() else []
    for home in homes:
        program = home / "bin" / "java"
        if not program.exists() or not (home / "bin" / "javac").exists():
            continue
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
        version = re.search(r'version "(\d+)', said)
        if version and at_least <= int(version[1]) < below:
            return home
    return None
