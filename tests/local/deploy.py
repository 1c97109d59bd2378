"""Deploys template.yaml to a running emulator: code, stack, keys, and the checks that everything is wired."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from typing import Any, Callable

import boto3
import package
import template
from botocore.config import Config
from botocore.exceptions import ClientError
from settings import ACCOUNT, REGION, Settings

STACK = "clubpulse-local"
MAIL_FROM = "no-reply@clubpulse.example"
_BUCKET = "packages"
_DEPLOY_SECONDS = 180
_BOOTSTRAP_SECONDS = 60
_ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class DeployError(Exception):
    """The stack did not come up; the message carries CloudFormation's reasons."""


@dataclass(frozen=True)
class Deployed:
    """What a deployment made, by logical id."""

    functions: dict[str, str]
    resources: dict[str, str]


class Deployer:
    """Talks to the emulator with credentials of its own: an IAM user, as a pipeline would have."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._credentials = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}
        if settings.enforce_iam:
            # The emulator's root makes one administrator and is not used again.
            iam = self.client("iam")
            iam.create_user(UserName="deployer")
            iam.put_user_policy(
                UserName="deployer", PolicyName="administrator", PolicyDocument=json.dumps(_ADMINISTRATOR)
            )
            key = iam.create_access_key(UserName="deployer")["AccessKey"]
            self._credentials = {
                "aws_access_key_id": key["AccessKeyId"],
                "aws_secret_access_key": key["SecretAccessKey"],
            }

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """An SDK client for the emulator, as the deployer or with other credentials."""
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self._settings.emulator_url,
            config=Config(retries={"max_attempts": 2}, read_timeout=120, connect_timeout=5),
            **(credentials or self._credentials),
        )

    def environment(self) -> dict[str, str]:
        """Environment variables with which a program acts as the deployer."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "AWS_ENDPOINT_URL": self._settings.emulator_url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self._credentials["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self._credentials["aws_secret_access_key"],
        }

    def deploy(self) -> Deployed:
        """Creates the stack, or updates it if it exists."""
        settings = self._settings
        loaded = template.load(settings.template)
        wanted = {
            "STAGE": "local",
            "PUBLIC_BASE_URL": settings.base_url,
            "MERCADOPAGO_BASE_URL": settings.provider_url,
            "MAIL_FROM": MAIL_FROM,
            "DELETION_PROTECTION": "false",
            **settings.parameters,
        }
        values = template.parameters(loaded, wanted)
        storage = self.client("s3")
        storage.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        ready = template.packaged(loaded, settings.template.parent, lambda name: self._stored(storage, name))
        # As an object, because a template in the request may have only 51,200 bytes.
        storage.put_object(Bucket=_BUCKET, Key="template.json", Body=json.dumps(ready, default=str).encode())
        request = {
            "StackName": STACK,
            "TemplateURL": f"{settings.emulator_url}/{_BUCKET}/template.json",
            "Parameters": values,
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        }
        stacks = self.client("cloudformation")
        try:
            stacks.create_stack(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AlreadyExistsException":
                raise
            stacks.update_stack(**request)
        self._wait(stacks)
        deployed = self._deployed(stacks)
        # SES sends only from a verified identity; in an account this is done once, by hand.
        self.client("sesv2").create_email_identity(EmailIdentity=MAIL_FROM)
        self._expire_items(loaded, deployed)
        self._shorten_visibility()
        return deployed

    def _stored(self, storage: Any, name: str) -> dict[str, str]:
        key, content = package.package(name, self._settings.binaries, self._settings.folder / "functions")
        storage.put_object(Bucket=_BUCKET, Key=key, Body=content)
        return {"Bucket": _BUCKET, "Key": key}

    def _wait(self, stacks: Any) -> None:
        deadline = time.monotonic() + _DEPLOY_SECONDS
        while time.monotonic() < deadline:
            status = stacks.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
            if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                return
            if not status.endswith("_IN_PROGRESS"):
                raise DeployError(f"the stack ended as {status}: {self._reasons(stacks)}")
            time.sleep(0.1)
        raise DeployError(f"the stack was not ready within {_DEPLOY_SECONDS} s")

    def _reasons(self, stacks: Any) -> str:
        events = stacks.describe_stack_events(StackName=STACK)["StackEvents"]
        return "; ".join(
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in reversed(events)
            if event.get("ResourceStatusReason")
        )

    def _deployed(self, stacks: Any) -> Deployed:
        summaries = stacks.get_paginator("list_stack_resources").paginate(StackName=STACK)
        resources, lambdas = {}, {}
        for page in summaries:
            for each in page["StackResourceSummaries"]:
                resources[each["LogicalResourceId"]] = each["PhysicalResourceId"]
                if each["ResourceType"] == "AWS::Lambda::Function":
                    lambdas[each["LogicalResourceId"]] = each["PhysicalResourceId"]
        return Deployed(functions=lambdas, resources=resources)

    def _expire_items(self, loaded: template.Template, deployed: Deployed) -> None:
        """Applies TimeToLiveSpecification, which ministack's CloudFormation leaves out."""
        tables = self.client("dynamodb")
        for logical_id, resource in loaded["Resources"].items():
            properties = resource.get("Properties", {}) if isinstance(resource, dict) else {}
            if wanted := properties.get("TimeToLiveSpecification"):
                table = deployed.resources[logical_id]
                tables.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)

    def _shorten_visibility(self) -> None:
        """For tests: a message that was not handled comes back soon, not after six times the function's timeout."""
        seconds = self._settings.queue_visibility_seconds
        if seconds is None:
            return
        queues = self.client("sqs")
        for url in queues.list_queues().get("QueueUrls", []):
            queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})

    def keys(self, deployed: Deployed) -> None:
        """Fills the two secrets that hold the platform's keys, which the template leaves to be filled."""
        made = json.loads(self._bootstrap("keys"))
        lambdas, secrets = self.client("lambda"), self.client("secretsmanager")
        variables = lambdas.get_function_configuration(FunctionName=deployed.functions["ApiAuthFunction"])
        names = variables["Environment"]["Variables"]
        for variable, value in (
            ("TOKEN_SIGNING_KEY_SECRET_ID", made["signing_key"]),
            ("EDGE_KEYS_SECRET_ID", made["edge_keys"]),
        ):
            secrets.put_secret_value(SecretId=names[variable], SecretString=json.dumps(value))

    def operator(self, deployed: Deployed, email: str, password: str) -> None:
        """Writes the first platform operator's account, which nobody could create through the API."""
        lambdas = self.client("lambda")
        variables = lambdas.get_function_configuration(FunctionName=deployed.functions["ApiAuthFunction"])
        table = variables["Environment"]["Variables"]["TABLE_NAME"]
        self._bootstrap("operator", "--table", table, "--email", email, OPERATOR_PASSWORD=password)

    def _bootstrap(self, *arguments: str, **variables: str) -> str:
        done = subprocess.run(
            [str(self._settings.binaries / "bootstrap"), *arguments],
            env={**self.environment(), **variables},
            capture_output=True,
            text=True,
            timeout=_BOOTSTRAP_SECONDS,
        )
        if done.returncode != 0:
            raise DeployError(f"bootstrap {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout
