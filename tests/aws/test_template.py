"""The CloudFormation template: as AWS's own linter reads it, and made in moto."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from c360.settings import Settings
from support.command_line import clean_environment
from support.formation import complete

TEMPLATE = files("c360.aws").joinpath("template.yaml").read_text(encoding="utf-8")
RESOURCES: dict[str, Any] = yaml.safe_load(TEMPLATE)["Resources"]


def _made(parameters: dict[str, str]) -> dict[str, str]:
    """Physical names of the resources of a stack, by their names in the template."""
    ec2, formation = boto3.client("ec2"), boto3.client("cloudformation")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    values = {"VpcId": vpc, "SubnetIds": ",".join(one["SubnetId"] for one in subnets), **parameters}
    formation.create_stack(
        StackName="shop",
        TemplateBody=TEMPLATE,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    stack = formation.describe_stacks(StackName="shop")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    found = formation.describe_stack_resources(StackName="shop")["StackResources"]
    return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in found}


@pytest.fixture
def aws(monkeypatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws():
        complete(monkeypatch)
        yield


def test_awss_linter_finds_nothing(tmp_path):
    written = tmp_path / "c360.yaml"
    written.write_text(TEMPLATE)

    ended = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), str(written)], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (0, ""), ended.stdout


@pytest.mark.engines
def test_a_stack_of_it_can_be_made(aws):
    made = _made({"ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/c360:1"})

    assert set(RESOURCES) - set(made) == set()
    cluster = boto3.client("rds").describe_db_clusters()["DBClusters"][0]
    assert cluster["Engine"] == "aurora-postgresql"
    assert cluster["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 8
    gateway = boto3.client("lambda").get_function_configuration(FunctionName="shop-gateway")
    assert gateway["Environment"]["Variables"]["C360_DSN_IAM"] == "true"
    assert gateway["Environment"]["Variables"]["C360_DSN"].startswith(
        f"postgresql://c360_gateway@{cluster['Endpoint']}:"
    )
    apis = boto3.client("apigatewayv2")
    assert apis.get_integrations(ApiId=made["HttpApi"])["Items"][0]["PayloadFormatVersion"] == "2.0"
    stream = boto3.client("firehose").describe_delivery_stream(DeliveryStreamName="shop-events")
    destination = stream["DeliveryStreamDescription"]["Destinations"][0]["HttpEndpointDestinationDescription"]
    assert destination["EndpointConfiguration"]["Url"].endswith("/v1/firehose")
    source = boto3.client("lambda").list_event_source_mappings(FunctionName="shop-queue")["EventSourceMappings"][0]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    topic = boto3.client("sns").get_topic_attributes(TopicArn=made["Messages"])["Attributes"]
    assert topic["FifoTopic"] == "true"


def test_the_functions_run_handlers_that_there_are_with_settings_that_there_are():
    for name in ("Gateway", "Queue"):
        properties = RESOURCES[name]["Properties"]
        handler = properties["Handler"]["Fn::If"][2]
        assert properties["ImageConfig"]["Fn::If"][1] == {"Command": [handler]}
        module, _, function = handler.rpartition(".")
        assert callable(getattr(__import__(module, fromlist=[function]), function))
        variables = properties["Environment"]["Variables"]
        assert {variable.removeprefix("C360_").lower() for variable in variables} <= set(Settings.model_fields)


def test_no_right_is_wider_than_its_resource_and_nothing_secret_is_written_down():
    rights = []
    for name, resource in RESOURCES.items():
        properties = resource["Properties"]
        documents = [one["PolicyDocument"] for one in properties.get("Policies", [])]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        rights += [(name, statement) for document in documents for statement in document["Statement"]]

    assert len(rights) > 10
    for name, statement in rights:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions), name
        if statement["Resource"] == "*":
            assert all(action.startswith("ec2:") for action in actions), name
    assert not re.search(r"c360_[wsa]k_[A-Za-z0-9]{5}", TEMPLATE)
    assert "MasterUserPassword" not in RESOURCES["Database"]["Properties"]
    assert "PubliclyAccessible: false" in TEMPLATE


def test_the_command_prints_it_for_people_and_for_programs(command_line, tmp_path):
    plain, as_json = (
        command_line.run("aws", "template", *more, cwd=tmp_path, environment=clean_environment())
        for more in ([], ["--json"])
    )

    assert plain.stdout == TEMPLATE
    assert json.loads(as_json.stdout)["Resources"].keys() == RESOURCES.keys()
