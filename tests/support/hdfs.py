"""HDFS: a real name node and data node in one Java process on loopback (Hadoop's own minicluster, from Maven)."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.ports import free_port
from support.waiting import wait_until

_FOLDER = Path(__file__).parents[1] / "lake/hdfs"
_POM, _CLASSPATH = _FOLDER / "pom.xml", _FOLDER / "target/classpath.txt"


@dataclass(frozen=True)
class Hdfs:
    """A running cluster."""

    port: int

    @property
    def url(self) -> str:
        return f"webhdfs://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, **question: str) -> None:
        """A request to the name node, as the user that the cluster belongs to."""
        asked = urllib.parse.urlencode({**question, "user.name": "lake"})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/webhdfs/v1{path}?{asked}", method=method)
        urllib.request.urlopen(request, timeout=30).close()


def classpath() -> str | None:
    """The jars of Hadoop, fetched once; None where Java or Maven are missing or fetch nothing."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        return None
    if not _CLASSPATH.exists() or _CLASSPATH.stat().st_mtime < _POM.stat().st_mtime:
        command = ["mvn", "--quiet", "--batch-mode", "--file", str(_POM), "dependency:build-classpath"]
        made = subprocess.run([*command, "-Dmdep.outputFile=target/classpath.txt"], check=False, capture_output=True)
        if made.returncode != 0:
            return None
    return _CLASSPATH.read_text()


@contextlib.contextmanager
def running_hdfs(folder: Path, jars: str) -> Iterator[Hdfs]:
    """Starts the cluster and waits until it keeps a file; stops it and removes its data afterwards."""
    folder.mkdir(parents=True)
    port = free_port()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                "java",
                "-Xmx512m",
                f"-Dhdfs.minidfs.basedir={folder}",
                f"-Dtest.build.data={folder}",
                "-cp",
                jars,
                "org.apache.hadoop.test.MiniDFSClusterManager",
                "-format",
                "-datanodes",
                "1",
                "-httpport",
                str(port),
                "-nnport",
                str(free_port()),
            ],
            cwd=folder,
            env={"HADOOP_USER_NAME": "lake", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        question = f"http://127.0.0.1:{port}/webhdfs/v1/first?op=CREATE&overwrite=true&user.name=lake"

        def keeps_a_file() -> bool:
            assert process.poll() is None, log.read_text()[-4000:]
            try:
                urllib.request.urlopen(urllib.request.Request(_data_node(question), method="PUT", data=b"1"), timeout=9)
            except (OSError, urllib.error.URLError):
                return False
            return True

        wait_until(keeps_a_file, timeout=120)
        yield Hdfs(port)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _data_node(question: str) -> str:
    try:
        urllib.request.build_opener(_Stay).open(urllib.request.Request(question, method="PUT"), timeout=9)
    except urllib.error.HTTPError as answer:
        if answer.code == 307:
            return str(answer.headers["Location"])
        raise
    raise OSError("the name node named no data node")
