"""What moto's CloudFormation does not make by itself: each resource by one call to the API of its service, in moto.

The library that calls checks names and types of parameters, so a property that the service does not have is found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto.cloudformation import parsing
from moto.core.common_models import BaseModel, CloudFormationModel

_Call = Callable[[str, dict[str, Any]], tuple[str, dict[str, str]]]


def _cluster(name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    made = boto3.client("rds").create_db_cluster(DBClusterIdentifier=name.lower(), **properties)["DBCluster"]
    return made["DBClusterIdentifier"], {
        # Of names with two dots in a text, moto looks for the first part alone.
        "Endpoint": made["Endpoint"],
        "Endpoint.Address": made["Endpoint"],
        "Endpoint.Port": str(made["Port"]),
        "DBClusterResourceId": made["DbClusterResourceId"],
        "MasterUserSecret.SecretArn": made["MasterUserSecret"]["SecretArn"],
    }


def _instance(name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    made = boto3.client("rds").create_db_instance(DBInstanceIdentifier=name.lower(), **properties)["DBInstance"]
    return made["DBInstanceIdentifier"], {}


def _parameters(name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    made = boto3.client("rds").create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name.lower(),
        DBParameterGroupFamily=properties["Family"],
        Description=properties["Description"],
    )
    return made["DBClusterParameterGroup"]["DBClusterParameterGroupName"], {}


def _secret(name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    return boto3.client("secretsmanager").create_secret(Name=name, **properties)["ARN"], {}


def _log_stream(_: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    group, stream = properties["LogGroupName"], properties["LogStreamName"]
    boto3.client("logs").create_log_stream(logGroupName=group, logStreamName=stream)
    return stream, {}


def _stream(name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    made = boto3.client("firehose").create_delivery_stream(**{"DeliveryStreamName": name, **properties})
    return properties["DeliveryStreamName"], {"Arn": made["DeliveryStreamARN"]}


def _of_api(call: str, named: str) -> _Call:
    def make(_: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        return getattr(boto3.client("apigatewayv2"), call)(**properties)[named], {}

    return make


CALLS: dict[str, _Call] = {
    "AWS::ApiGatewayV2::Api": _of_api("create_api", "ApiId"),
    "AWS::ApiGatewayV2::Integration": _of_api("create_integration", "IntegrationId"),
    "AWS::ApiGatewayV2::Route": _of_api("create_route", "RouteId"),
    "AWS::ApiGatewayV2::Stage": _of_api("create_stage", "StageName"),
    "AWS::KinesisFirehose::DeliveryStream": _stream,
    "AWS::Logs::LogStream": _log_stream,
    "AWS::RDS::DBCluster": _cluster,
    # It makes instances of its own, and none of a cluster.
    "AWS::RDS::DBInstance": _instance,
    "AWS::RDS::DBClusterParameterGroup": _parameters,
    "AWS::SecretsManager::Secret": _secret,
}
# Numbers and truths that a template passes on as texts.
_NUMBERS = {"MinCapacity", "MaxCapacity", "ThrottlingRateLimit", "ThrottlingBurstLimit"}


def complete(patched: pytest.MonkeyPatch) -> None:
    """Let moto make these too."""
    known = parsing.get_model_map()
    ours = {kind: _model(kind, call) for kind, call in CALLS.items()}
    patched.setattr(parsing, "get_model_map", lambda: {**known, **ours})


def _model(kind: str, call: _Call) -> type[CloudFormationModel]:
    class Made(CloudFormationModel):
        def __init__(self, name: str, attributes: dict[str, str]) -> None:
            self._name = name
            self._attributes = attributes

        @property
        def physical_resource_id(self) -> str:
            return self._name

        def get_cfn_attribute(self, attribute_name: str) -> str:
            return self._attributes[attribute_name]

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @classmethod
        def has_cfn_attr(cls, _attr: str) -> bool:
            return True

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: dict[str, Any], *_: Any, **__: Any
        ) -> Any:
            return cls(*call(resource_name, _typed(cloudformation_json.get("Properties", {}))))

    return Made


def _typed(value: Any, name: str = "") -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, "physical_resource_id", None) or value.name
    if isinstance(value, dict):
        return {key: _typed(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return float(value) if name in {"MinCapacity", "MaxCapacity"} else int(value) if name in _NUMBERS else value
