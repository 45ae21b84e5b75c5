"""Apache Kafka: one broker, its own controller, on loopback with ports of its own; its data are thrown away.

The jars are those of tests/kafka/broker/pom.xml, which `make test-engines` fetches with Maven.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import trustme
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic
from cryptography.hazmat.primitives import serialization

from support.kafka_log import QUIET
from support.ports import free_port
from support.waiting import wait_until

CLASSPATH = Path(__file__).parents[1] / "kafka" / "broker" / "target" / "classpath.txt"
USER, PASSWORD = "c360", "secret-of-the-broker"
_JAVA = ("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx400m")
_LOGGING = """
Configuration:
  Properties: {}
  Appenders:
    Console: {name: STDOUT, PatternLayout: {pattern: "%d %p %c %m%n"}}
  Loggers:
    Root: {level: WARN, AppenderRef: [{ref: STDOUT}]}
"""


def is_there() -> bool:
    return CLASSPATH.exists() and shutil.which("java") is not None


class Broker:
    """A broker that can be killed, started again, and started again empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        self._ports = {name: free_port() for name in ("PLAIN", "SASL", "TLS", "CONTROLLER")}
        self.authority = folder / "ca.pem"
        self._write_certificates()
        (folder / "log4j2.yaml").write_text(_LOGGING)
        self._configuration = folder / "server.properties"
        self._configuration.write_text(self._properties())
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Without login, in clear."""
        return f"127.0.0.1:{self._ports['PLAIN']}"

    @property
    def sasl_address(self) -> str:
        """Asks for a login, in clear."""
        return f"127.0.0.1:{self._ports['SASL']}"

    @property
    def tls_address(self) -> str:
        """Asks for a login, by TLS."""
        return f"localhost:{self._ports['TLS']}"

    def start(self, *, empty: bool = False) -> None:
        if empty or not (self._folder / "data").exists():
            shutil.rmtree(self._folder / "data", ignore_errors=True)
            self._run_to_the_end(
                "kafka.tools.StorageTool",
                "format",
                "--cluster-id",
                _cluster_id(),
                "--config",
                str(self._configuration),
                *(
                    part
                    for kind in ("SCRAM-SHA-256", "SCRAM-SHA-512")
                    for part in ("--add-scram", f"{kind}=[name={USER},password={PASSWORD}]")
                ),
            )
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._answers, timeout=120)

    def kill(self) -> None:
        """As a crash does it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def make_topic(self, name: str, partitions: int = 3, **config: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.address, "logger": QUIET})
        made = admin.create_topics([NewTopic(name, partitions, 1, config=config)])
        made[name].result(timeout=30)
        wait_until(lambda: admin.list_topics(name, timeout=10).topics[name].error is None)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()[-4000:]
        with contextlib.suppress(KafkaException):
            admin = AdminClient({"bootstrap.servers": self.address, "logger": QUIET})
            return bool(admin.list_topics(timeout=1).brokers)
        return False

    def _run_to_the_end(self, *command: str) -> None:
        done = subprocess.run([*self._java(), *command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def _java(self) -> list[str]:
        return [
            *_JAVA,
            f"-Dlog4j2.configurationFile={self._folder / 'log4j2.yaml'}",
            "-cp",
            CLASSPATH.read_text().strip(),
        ]

    def _properties(self) -> str:
        ports = self._ports
        return "\n".join(
            [
                "process.roles=broker,controller",
                "node.id=1",
                f"controller.quorum.voters=1@127.0.0.1:{ports['CONTROLLER']}",
                "controller.listener.names=CONTROLLER",
                "inter.broker.listener.name=PLAIN",
                f"listeners=PLAIN://127.0.0.1:{ports['PLAIN']},SASL://127.0.0.1:{ports['SASL']},"
                f"TLS://127.0.0.1:{ports['TLS']},CONTROLLER://127.0.0.1:{ports['CONTROLLER']}",
                f"advertised.listeners=PLAIN://127.0.0.1:{ports['PLAIN']},SASL://127.0.0.1:{ports['SASL']},"
                f"TLS://localhost:{ports['TLS']}",
                "listener.security.protocol.map=PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SASL_SSL",
                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                *(
                    f"listener.name.{name}.plain.sasl.jaas.config="
                    f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
                    for name in ("sasl", "tls")
                ),
                *(
                    f"listener.name.{name}.{kind}.sasl.jaas.config="
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;"
                    for name in ("sasl", "tls")
                    for kind in ("scram-sha-256", "scram-sha-512")
                ),
                "ssl.keystore.type=PEM",
                f"ssl.keystore.location={self._folder / 'broker.pem'}",
                f"log.dirs={self._folder / 'data'}",
                "num.partitions=3",
                "offsets.topic.num.partitions=1",
                "offsets.topic.replication.factor=1",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "share.coordinator.state.topic.replication.factor=1",
                "share.coordinator.state.topic.min.isr=1",
                "group.initial.rebalance.delay.ms=0",
                "num.network.threads=2",
                "num.io.threads=2",
                "",
            ]
        )

    def _write_certificates(self) -> None:
        authority = trustme.CA()
        server = authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(self.authority)
        key = serialization.load_pem_private_key(server.private_key_pem.bytes(), None)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = b"".join(blob.bytes() for blob in server.cert_chain_pems)
        (self._folder / "broker.pem").write_bytes(pem + chain)


def _cluster_id() -> str:
    import base64

    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


@contextlib.contextmanager
def running_broker(folder: Path) -> Iterator[Broker]:
    """Starts a broker; ends it and removes its data afterwards."""
    broker = Broker(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)
