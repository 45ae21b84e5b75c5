"""Definitions for Pinot: schemas, an offline table over the lake's files, a real-time one over the topic in Kafka.

Pinot has no views. Its two tables of events are one hybrid table: what the lake has, and what came since. Times are
microseconds since 1970 as everywhere in the lake, so that nothing is cut off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from c360.domain.errors import UsageError
from c360.lake.definitions.model import Column, Lake, Table

_TYPES = {"int64": "LONG", "int32": "INT", "bool": "BOOLEAN", "date32": "STRING", "string": "STRING"}
_MICROS = {"dataType": "LONG", "format": "1:MICROSECONDS:EPOCH", "granularity": "1:MICROSECONDS"}
_LONGEST = 65_536  # characters of a text; Pinot would cut at 512
_IN_MESSAGE = ("source", "message_id", "event_name")
# A column takes what the record has under its name; a message has a type of its own.
_RENAMED = {"type": "event_type"}


def documents(lake: Lake) -> Iterator[tuple[str, str]]:
    """The name of a file and what is in it."""
    events, links = lake.table("events"), lake.table("profile_links")
    for table in (events, links):
        yield f"{_name(lake, table)}_schema.json", _json(_schema(lake, table))
    yield f"{_name(lake, events)}_offline.json", _json(_offline(lake, events))
    yield f"{_name(lake, events)}_realtime.json", _json(_realtime(lake, events))
    yield f"{_name(lake, links)}_offline.json", _json(_dimension(lake, links))
    for table in (events, links):
        yield f"{_name(lake, table)}_job.yaml", _job(lake, table)


def _name(lake: Lake, table: Table) -> str:
    return f"{lake.schema}_{table.name}"


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)


def _field(column: Column) -> dict[str, Any]:
    if column.type not in _TYPES:
        raise UsageError(f"{column.name}: {column.type} is not known to Pinot", hint="Tell it another engine.")
    field: dict[str, Any] = {"name": _RENAMED.get(column.name, column.name), "dataType": _TYPES[column.type]}
    if _TYPES[column.type] == "STRING":
        field |= {"maxLength": _LONGEST, "maxLengthExceedStrategy": "ERROR"}
    return field


def _schema(lake: Lake, table: Table) -> dict[str, Any]:
    times = [column for column in table.columns if column.type.startswith("timestamp")]
    others = [column for column in table.columns if column not in times]
    return {
        "schemaName": _name(lake, table),
        "enableColumnBasedNullHandling": True,
        "dimensionFieldSpecs": [_field(column) for column in others],
        "dateTimeFieldSpecs": [{"name": column.name, **_MICROS} for column in times],
        "primaryKeyColumns": table.keys,
    }


def _table(lake: Lake, table: Table, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "tableName": _name(lake, table),
        "tableType": kind,
        "segmentsConfig": {"replication": "1"} | ({"timeColumnName": table.time} if table.time else {}),
        "tenants": {"broker": "DefaultTenant", "server": "DefaultTenant"},
        "tableIndexConfig": {"loadMode": "MMAP", "nullHandlingEnabled": True},
        "metadata": {},
        **more,
    }


def _indexes(table: Table) -> dict[str, Any]:
    return {
        "loadMode": "MMAP",
        "nullHandlingEnabled": True,
        "invertedIndexColumns": ["event_name"],
        "bloomFilterColumns": [table.person],
        "noDictionaryColumns": ["payload"],
    }


def _offline(lake: Lake, table: Table) -> dict[str, Any]:
    return _table(
        lake,
        table,
        "OFFLINE",
        tableIndexConfig=_indexes(table) | {"sortedColumn": [table.person]},
        ingestionConfig={
            "batchIngestionConfig": {"segmentIngestionType": "APPEND", "segmentIngestionFrequency": "DAILY"},
            "transformConfigs": [{"columnName": new, "transformFunction": f'"{old}"'} for old, new in _RENAMED.items()],
        },
    )


def _realtime(lake: Lake, table: Table) -> dict[str, Any]:
    """Messages of an event are always of one key, so of one partition: a message that comes again is left out."""

    def taken(name: str, transform: str) -> dict[str, str]:
        return {"columnName": name, "transformFunction": transform}

    moments = [taken(name, f"{_micros(name)}") for name in ("received_at", "occurred_at")]
    numbers = [taken(name, f"jsonPathLong(data, '$.{name}')") for name in ("event_id", "raw_profile_id")]
    texts = [taken(name, f"jsonPathString(data, '$.{name}')") for name in _IN_MESSAGE]
    return _table(
        lake,
        table,
        "REALTIME",
        tableIndexConfig=_indexes(table),
        routing={"instanceSelectorType": "strictReplicaGroup"},
        dedupConfig={"dedupEnabled": True, "hashFunction": "NONE"},
        ingestionConfig={
            "streamIngestionConfig": {
                "streamConfigMaps": [
                    {
                        "streamType": "kafka",
                        "stream.kafka.topic.name": f"c360.{lake.tenant}.c360-behavioral-events",
                        "stream.kafka.broker.list": "localhost:9092",
                        "stream.kafka.consumer.type": "lowlevel",
                        "stream.kafka.consumer.prop.auto.offset.reset": "smallest",
                        "stream.kafka.consumer.factory.class.name": (
                            "org.apache.pinot.plugin.stream.kafka20.KafkaConsumerFactory"
                        ),
                        "stream.kafka.decoder.class.name": (
                            "org.apache.pinot.plugin.stream.kafka.KafkaJSONMessageDecoder"
                        ),
                        "realtime.segment.flush.threshold.rows": "0",
                        "realtime.segment.flush.threshold.time": "24h",
                        "realtime.segment.flush.threshold.segment.size": "200M",
                    }
                ]
            },
            "filterConfig": {"filterFunction": "strcmp(jsonPathString(data, '$.message_id', ''), '') = 0"},
            "transformConfigs": [
                *numbers,
                *moments,
                *texts,
                taken("event_type", "jsonPathString(data, '$.type')"),
                taken("payload", "jsonPathString(data, '$.event')"),
            ],
        },
    )


def _micros(name: str) -> str:
    """Microseconds of a time as it stands in a message: ISO 8601 with an offset, and as many decimals as it needs."""
    said = f"jsonPathString(data, '$.{name}')"
    seconds = f"fromDateTime(regexpReplace({said}, '[.][0-9]+', ''), 'yyyy-MM-dd''T''HH:mm:ssZZ')"
    return f"plus(mult({seconds}, 1000), rpad(regexpExtract({said}, '[.]([0-9]+)', 1, '0'), 6, '0'))"


def _dimension(lake: Lake, table: Table) -> dict[str, Any]:
    return _table(
        lake,
        table,
        "OFFLINE",
        isDimTable=True,
        quota={"storage": "200M"},
        ingestionConfig={
            "batchIngestionConfig": {"segmentIngestionType": "REFRESH", "segmentIngestionFrequency": "DAILY"}
        },
    )


def _job(lake: Lake, table: Table) -> str:
    return f"""\
# Makes a segment of each file and hands it to the controller; a file that is there keeps its segment.
executionFrameworkSpec:
  name: standalone
  segmentGenerationJobRunnerClassName: org.apache.pinot.plugin.ingestion.batch.standalone.SegmentGenerationJobRunner
  segmentTarPushJobRunnerClassName: org.apache.pinot.plugin.ingestion.batch.standalone.SegmentTarPushJobRunner
jobType: SegmentCreationAndTarPush
inputDirURI: {json.dumps(f"{lake.url.rstrip('/')}/v1/{table.name}/tenant={lake.tenant}/")}
includeFileNamePattern: "glob:**/dt=*/*.parquet"
outputDirURI: "file:///tmp/pinot-segments/{_name(lake, table)}/"
overwriteOutput: true
pinotFSSpecs:
  - scheme: file
    className: org.apache.pinot.spi.filesystem.LocalPinotFS
  - scheme: s3
    className: org.apache.pinot.plugin.filesystem.S3PinotFS
recordReaderSpec:
  dataFormat: parquet
  className: org.apache.pinot.plugin.inputformat.parquet.ParquetNativeRecordReader
segmentNameGeneratorSpec:
  type: inputFile
  configs:
    file.path.pattern: ".+/dt=(.+)/(.+)\\\\.parquet"
    segment.name.template: "{_name(lake, table)}_${{filePathPattern:\\\\1}}_${{filePathPattern:\\\\2}}"
tableSpec:
  tableName: {_name(lake, table)}
pinotClusterSpecs:
  - controllerURI: "http://localhost:9000"
"""
