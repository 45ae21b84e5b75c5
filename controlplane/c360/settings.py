"""Settings of the control plane: flags over environment over .env.

Environment names are C360_<FIELD>; the address of the database may also come as DATABASE_URL, or as the PG* variables
every PostgreSQL tool knows. Holds no defaults that name a customer's machine and reads nothing but the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from c360.adapters import tokens
from c360.domain.errors import UsageError

_PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE", "PGPORT")


def default_data_dir() -> Path:
    """Where the embedded PostgreSQL keeps its data when nobody says otherwise.

    Root gets a system folder: PostgreSQL runs as another user, and root's home is closed to it.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/c360/data")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "c360"


class Settings(BaseSettings):
    """Everything that can be configured. Fields given to the constructor (flags) win."""

    model_config = SettingsConfigDict(
        env_prefix="C360_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    dsn: str | None = Field(
        default=None,
        validation_alias=AliasChoices("C360_DSN", "DATABASE_URL"),
        description="Address of the database, as a URL or as keywords. Empty: the embedded PostgreSQL.",
    )
    dsn_iam: bool = Field(
        default=False,
        description="Log in to RDS or Aurora with a token of IAM, made anew for each connection, and no password.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded PostgreSQL.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severity of what the daemon logs to stderr."
    )
    log_format: Literal["auto", "text", "json"] = Field(
        default="auto", description="How it is logged: lines for people, JSON, or auto: lines on a terminal, else JSON."
    )
    gateway_host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    gateway_port: int = Field(default=8360, ge=0, le=65535, description="Port of the gateway; 0 takes a free one.")
    gateway_workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes of a gateway. They share its address and the pace of a key; other limits are of each.",
    )
    gateway_max_in_flight: int = Field(
        default=1000,
        ge=1,
        description="Requests a gateway works on at once, three quarters of it for one tenant; more are refused (429).",
    )
    gateway_head_seconds: float = Field(
        default=5.0,
        gt=0,
        description="How long the head of a request may take to arrive; slower ones are closed (408).",
    )
    gateway_body_seconds: float = Field(
        default=5.0,
        gt=0,
        description="How long a body may take to arrive (408), and a second more for every 8 KB that came.",
    )
    gateway_head_kb: int = Field(
        default=32,
        ge=1,
        description="KB of head and trailers of a request, 32 bytes for each header besides; more are refused (431).",
    )
    gateway_max_connections: int = Field(
        default=4000, ge=1, description="Connections a gateway holds at once; more are refused (503)."
    )
    gateway_max_connections_per_address: int = Field(
        default=1000,
        ge=1,
        description="Connections from one address, of IPv6 from one /64 (429). A proxy is one address.",
    )
    gateway_max_body_mb: int = Field(
        default=64,
        ge=1,
        description="MB of bodies a gateway holds at once, a quarter of it where the key is in the body; more: 503.",
    )
    gateway_firehose_mb: int = Field(
        default=16,
        ge=1,
        le=96,
        description="MB of one request of a Firehose stream, unpacked; its buffer of 5 MiB makes 7. More: 413.",
    )
    gateway_requests_per_second: float = Field(
        default=1000.0,
        gt=0,
        description="Requests of one key in a second; more wait for up to a second, then are refused (429).",
    )
    zalo_secrets: SecretStr | None = Field(
        default=None,
        description="Secret keys of official accounts of Zalo, by spaces: webhooks they have not signed are refused.",
    )
    twilio_tokens: SecretStr | None = Field(
        default=None,
        description="Auth tokens of accounts of Twilio, by spaces: status callbacks they have not signed are refused.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the metrics port.")
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port that serves /metrics of this process, names of tenants included. Empty: none.",
    )
    listen_dsn: str | None = Field(
        default=None,
        description="Direct address for LISTEN, where the other one leads through a pooler in transaction mode.",
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="Encrypts signing secrets of webhooks: 32 bytes in base64. Empty: master.key in the data folder.",
    )
    webhook_allow_private: bool = Field(
        default=False,
        description="Let webhooks reach private addresses and http, otherwise refused. For development and tests.",
    )
    webhook_allow: str = Field(
        default="",
        description="Networks and hosts of your own that webhooks may reach, by http too: 10.1.0.0/16, crm.intra:8080.",
    )
    webhook_proxy: SecretStr | None = Field(
        default=None,
        description="HTTP proxy webhooks go through: http://user:password@proxy.example:3128; not to what is allowed.",
    )
    webhook_proxy_resolves: bool = Field(
        default=False,
        description="The proxy is given names and looks them up; then it has to refuse private addresses itself.",
    )
    webhook_ca_file: Path | None = Field(
        default=None,
        description="PEM file of authorities that webhooks trust besides those of the system.",
    )
    relay_poll_seconds: float = Field(
        default=1.0,
        gt=0,
        description="How often a sleeping relay looks for work by itself; the bell is quicker.",
    )

    worker_batch_size: int = Field(
        default=2000,
        ge=1,
        le=100000,
        description="Observations a worker resolves in one transaction; up to 50000 while a backlog goes quickly.",
    )
    worker_poll_seconds: float = Field(
        default=1.0, gt=0, description="How often a sleeping worker looks for work by itself; the bell is quicker."
    )
    worker_maintenance_seconds: float = Field(
        default=3600.0,
        gt=0,
        description="How often a worker makes the partitions of the tenants and removes what is past its retention.",
    )
    worker_score_seconds: float = Field(
        default=300.0, gt=0, description="How often a worker refreshes the scores of the tenants."
    )
    worker_session_seconds: float = Field(
        default=10.0, gt=0, description="How often a worker works out the visits that new events belong to."
    )
    worker_profile_seconds: float = Field(
        default=5.0, gt=0, description="How often a worker works out what follows from golden records that changed."
    )
    worker_activation_seconds: float = Field(
        default=5.0, gt=0, description="How often a worker decides whom rules of activation contact."
    )
    worker_job_seconds: float = Field(default=10.0, gt=0, description="How often a worker looks for jobs that are due.")
    worker_job_lease_seconds: float = Field(
        default=120.0,
        gt=0,
        description="A worker that says nothing of a job for so long counts as dead, and another runs the job again.",
    )
    worker_job_longest_seconds: float = Field(
        default=3600.0, gt=0, description="How long one step of a job may take; then it fails."
    )

    worker_sync: bool = Field(
        default=True,
        description="Whether a worker follows changed metadata with the schema, where its login may become the owner.",
    )
    sync_dsn: str | None = Field(
        default=None,
        description="Address of a login that may become the owner, for syncs of a worker that may not.",
    )
    worker_sync_lease_seconds: float = Field(
        default=30.0,
        gt=0,
        description="A worker that says nothing of a sync for so long counts as dead, and another goes on with it.",
    )

    worker_lake: bool = Field(
        default=True,
        description="Whether a worker brings lakes up to date, where c360[lake] and the credentials are.",
    )
    worker_lake_seconds: float = Field(
        default=3600.0,
        gt=0,
        description="How often a worker visits the lake of a tenant; the first visit of a day compares all of it.",
    )

    sink_poll_seconds: float = Field(
        default=0.2, gt=0, description="How often a process that sends topics to other systems looks for new messages."
    )
    sink_lease_seconds: float = Field(
        default=15.0,
        ge=1,
        description="A process that says nothing of topics it sends for so long counts as dead, and another goes on.",
    )

    kafka_brokers: str = Field(
        default="", description="Brokers of Kafka to begin with: kafka1.example:9092, kafka2.example:9092."
    )
    kafka_topic: str = Field(
        default="c360.{tenant}.{topic}",
        description="Name of the Kafka topic that a topic of a tenant is sent to.",
    )
    kafka_tls: bool = Field(default=False, description="Talk TLS to the brokers.")
    kafka_ca: Path | None = Field(
        default=None, description="Certificates of authorities that the brokers are to have. Empty: the system's."
    )
    kafka_certificate: Path | None = Field(
        default=None, description="Certificate to show to brokers that ask for one, PEM."
    )
    kafka_key: Path | None = Field(default=None, description="Its private key, PEM.")
    kafka_key_password: SecretStr | None = Field(default=None, description="Password of that key.")
    kafka_sasl: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="",
        description="How to log in at the brokers: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. Empty: not at all.",
    )
    kafka_user: str = Field(default="", description="Who logs in there.")
    kafka_password: SecretStr | None = Field(default=None, description="With which password.")
    kafka_message_bytes: int = Field(
        default=1_000_000,
        ge=1000,
        le=1_000_000_000,
        description="Bytes of a message, and of what is sent at once; not more than max.message.bytes of the topics.",
    )
    kafka_tombstones: bool = Field(
        default=True,
        description="After an erasure send messages without a value, which take the person out of compacted topics.",
    )

    firehose_stream: str = Field(
        default="",
        description="Firehose stream that topics are sent to; {tenant} and {topic} in it stand for theirs.",
    )
    sns_topic: str = Field(
        default="",
        description="ARN of the SNS topic that topics are sent to; {tenant} and {topic} in it stand for theirs.",
    )

    sqs_queue: str = Field(default="", description="Name or URL of the SQS queue that events are taken from.")
    write_key: SecretStr | None = Field(
        default=None, description="Write key with which events of a queue are taken in: it says tenant and source."
    )
    write_key_secret: str = Field(
        default="", description='Secret of AWS Secrets Manager with that key, plain or as {"api_key": ...}.'
    )

    worker_backlog_seconds: float = Field(
        default=60.0, gt=0, description="How often a worker with a metrics port counts the open rejected events."
    )

    @property
    def conninfo(self) -> str | None:
        """The address to connect to; None means that the embedded PostgreSQL is to be used."""
        if self.dsn:
            given = self.dsn
        elif any(name in os.environ for name in _PG_VARIABLES):
            given = ""  # libpq fills an empty address from the environment
        else:
            return None
        return tokens.marked(given) if self.dsn_iam else given

    @property
    def gateway_here(self) -> str:
        """The host by which this machine reaches its gateway, which may listen on all addresses."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.gateway_host, self.gateway_host)  # noqa: S104


def load_settings(**flags: Any) -> Settings:
    """Settings with the given flags on top; a flag that is None was not given."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"setting {name}: {first['msg']}") from error
