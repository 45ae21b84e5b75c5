"""How clients of Kafka are configured by the settings, and the one place that says what is missing.

Loading it raises UsageError where the package is not installed: clients are imported from here.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from c360.domain.errors import UsageError
from c360.settings import Settings

try:
    from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
except ImportError as missing:
    raise UsageError("Kafka needs a package that is not installed", hint="pip install 'c360[kafka]'") from missing

__all__ = [
    "Consumer",
    "ErrorLog",
    "KafkaError",
    "KafkaException",
    "Message",
    "Producer",
    "TopicPartition",
    "checked",
    "client_configuration",
    "in_words",
]

logger = logging.getLogger("c360.kafka")

_CLIENT_ID = "c360"
_RECENT = 60.0


def client_configuration(settings: Settings) -> dict[str, Any]:
    """What every client of the brokers is given. Raises UsageError where a setting is missing."""
    if not settings.kafka_brokers.strip():
        raise UsageError(
            "no brokers of Kafka are given", hint="Say --brokers kafka.example:9092, or set C360_KAFKA_BROKERS."
        )
    return {
        "bootstrap.servers": settings.kafka_brokers.replace(" ", ""),
        "client.id": _CLIENT_ID,
        "security.protocol": ("sasl_" if settings.kafka_sasl else "") + ("ssl" if settings.kafka_tls else "plaintext"),
        **_login(settings),
        **_tls(settings),
        # A broker that was away is asked again soon.
        "reconnect.backoff.max.ms": 5000,
        # It would say with each attempt that a broker is away; what its errors are is logged below.
        "log_level": 2,
        "logger": logger,
    }


def _login(settings: Settings) -> dict[str, Any]:
    if not settings.kafka_sasl:
        return {}
    if not settings.kafka_user or settings.kafka_password is None:
        raise UsageError(
            f"{settings.kafka_sasl} needs a user and a password",
            hint="Set C360_KAFKA_USER and C360_KAFKA_PASSWORD.",
        )
    return {
        "sasl.mechanism": settings.kafka_sasl,
        "sasl.username": settings.kafka_user,
        "sasl.password": settings.kafka_password.get_secret_value(),
    }


def _tls(settings: Settings) -> dict[str, Any]:
    files = {
        "ssl.ca.location": ("kafka_ca", settings.kafka_ca),
        "ssl.certificate.location": ("kafka_certificate", settings.kafka_certificate),
        "ssl.key.location": ("kafka_key", settings.kafka_key),
    }
    given = {name: file for name, file in files.items() if file[1] is not None}
    if given and not settings.kafka_tls:
        setting = next(iter(given.values()))[0]
        raise UsageError(f"setting {setting} is for TLS", hint="Set C360_KAFKA_TLS=true as well.")
    for setting, path in given.values():
        if path is not None and not path.is_file():
            raise UsageError(f"setting {setting}: {path} is no file", hint="Give the path of a file in PEM.")
    said = {name: str(path) for name, (_, path) in given.items()}
    if settings.kafka_key_password is not None:
        said["ssl.key.password"] = settings.kafka_key_password.get_secret_value()
    return said


def checked(make: Any, configuration: dict[str, Any]) -> Any:
    """A client of this configuration. Raises UsageError for what librdkafka does not understand."""
    try:
        return make(configuration)
    except (KafkaException, ValueError) as error:
        said = error.args[0].str() if isinstance(error, KafkaException) else str(error)
        raise UsageError(f"Kafka cannot be reached with these settings: {said}") from error


class ErrorLog:
    """Errors of a client as they are heard, logged when they are others or a minute has passed."""

    def __init__(self) -> None:
        self._last: tuple[float, str] | None = None
        self._logged: tuple[float, str] | None = None

    @property
    def recent(self) -> str | None:
        """What the brokers, or the way to them, said in the last minute."""
        return None if self._last is None or time.monotonic() - self._last[0] > _RECENT else self._last[1]

    def note(self, error: KafkaError) -> None:
        words = in_words(error)
        now = time.monotonic()
        self._last = now, words
        if self._logged is None or self._logged[1] != words or now - self._logged[0] > _RECENT:
            self._logged = now, words
            logger.warning("brokers of Kafka", extra={"error": words})


def in_words(error: KafkaError) -> str:
    """What people look for: the name that Kafka's documentation has, and the sentence."""
    return f"{error.name()}: {error.str()}"
