"""The policies of template.yaml are enforced here: what the other walks do is allowed, and nothing else is."""

from __future__ import annotations

import hashlib
import json
import time
import unittest
from typing import Any, Callable

import demo
from botocore.exceptions import ClientError
from world import morning, world


class Permissions(unittest.TestCase):
    """Functions act with their roles' credentials."""

    def setUp(self) -> None:
        self.world = world()
        self.deployer = self.world.platform.deployer
        self.lambdas = self.deployer.client("lambda")
        self.functions = self.world.platform.deployed.functions

    def settings_of(self, logical_id: str) -> dict[str, Any]:
        """A function's configuration."""
        return self.lambdas.get_function_configuration(FunctionName=self.functions[logical_id])

    def credentials(self, logical_id: str) -> dict[str, str]:
        """The credentials the emulator gives to a function's processes; it derives them from function and role."""
        self.world.invoke(logical_id, b"{}")  # they exist as soon as there is a process
        settings = self.settings_of(logical_id)
        digest = hashlib.sha256(f"{settings['FunctionArn']}:{settings['Role']}".encode()).hexdigest()
        return {
            "aws_access_key_id": f"ASIA{digest[:16].upper()}",
            "aws_secret_access_key": hashlib.sha256(f"secret:{digest}".encode()).hexdigest(),
            "aws_session_token": hashlib.sha256(f"token:{digest}".encode()).hexdigest(),
        }

    def check_denied(self, call: Callable[[], Any]) -> None:
        """The call is refused for want of a permission."""
        with self.assertRaises(ClientError) as refused:
            call()
        self.assertIn("AccessDenied", refused.exception.response["Error"]["Code"])

    def test_a_role_can_do_what_its_function_does_and_no_more(self) -> None:
        table = self.settings_of("ApiAuthFunction")["Environment"]["Variables"]["TABLE_NAME"]
        key = {"PK": {"S": "T#none"}, "SK": {"S": "none"}}
        auth = self.deployer.client("dynamodb", self.credentials("ApiAuthFunction"))
        auth.get_item(TableName=table, Key=key)
        self.check_denied(lambda: auth.scan(TableName=table))
        notifications = self.deployer.client("dynamodb", self.credentials("ConsumeNotificationsFunction"))
        self.check_denied(lambda: notifications.delete_item(TableName=table, Key=key))
        webhook = self.deployer.client("dynamodb", self.credentials("WebhookMercadopagoFunction"))
        self.check_denied(lambda: webhook.get_item(TableName=table, Key=key))
        signing_key = self.settings_of("ApiAuthFunction")["Environment"]["Variables"]["TOKEN_SIGNING_KEY_SECRET_ID"]
        secrets = self.deployer.client("secretsmanager", self.credentials("ApiBookingsFunction"))
        self.check_denied(lambda: secrets.get_secret_value(SecretId=signing_key))

    def test_without_its_policy_a_function_cannot_write(self) -> None:
        member, court = self.world.member(), self.world.court()
        with self.world.without_policy("ApiBookingsFunction", "TableWritePolicy"):
            refused = demo.hold(member.client, court, morning())
            self.assertGreaterEqual(refused.status, 500)
        demo.hold(member.client, court, morning()).expect(201)

    def test_tenant_walls_can_be_built(self) -> None:
        """A session tagged with a tenant reaches only keys that begin with it."""
        table = self.settings_of("ApiAuthFunction")["Environment"]["Variables"]["TABLE_NAME"]
        condition = {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["T#${aws:PrincipalTag/TenantId}#*"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        }
        iam, name = self.deployer.client("iam"), f"tenant-{time.time_ns()}"
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
        allowed = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": condition}
        iam.put_role_policy(RoleName=name, PolicyName="tenant", PolicyDocument=document(allowed))
        session = self.deployer.client("sts").assume_role(
            RoleArn=role, RoleSessionName="walls", Tags=[{"Key": "TenantId", "Value": "clb_1"}]
        )["Credentials"]
        tenant = self.deployer.client("dynamodb", {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        })  # fmt: skip
        tenant.get_item(TableName=table, Key={"PK": {"S": "T#clb_1#x"}, "SK": {"S": "x"}})
        self.check_denied(lambda: tenant.get_item(TableName=table, Key={"PK": {"S": "T#clb_2#x"}, "SK": {"S": "x"}}))
        self.check_denied(lambda: tenant.scan(TableName=table))


def document(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


if __name__ == "__main__":
    unittest.main()
