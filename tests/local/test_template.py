"""What must hold between template.yaml, the functions' folders, the workflow and the sample events."""

from __future__ import annotations

import copy
import json
import logging
import os
import re
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator
from unittest import mock

from samtranslator.translator.transform import transform

import template

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")
TEMPLATE = template.load(ROOT / "template.yaml")
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FOLDERS = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())
# By state machine: its definition.
WORKFLOWS = {
    "CloseCourtsStateMachine": ROOT / "statemachines" / "close-courts.asl.json",
    "ExportAccountStateMachine": ROOT / "statemachines" / "export-account.asl.json",
    "OnboardClubStateMachine": ROOT / "statemachines" / "onboard-club.asl.json",
}

BANNERS = [
    "Parameters", "Globals", "API", "API functions", "Webhooks", "Consumers", "Jobs", "Workflow", "Table", "Files",
    "Queues", "Topics", "Secrets", "Alarms", "Outputs",
]  # fmt: skip

# What a function is told of, and what lets it use that.
GRANTS = {
    "ACCOUNT_MAIL_QUEUE_URL": r"SQSSendMessagePolicy.*AccountMailQueue",
    "CLOSING_STATE_MACHINE_ARN": r"StepFunctionsExecutionPolicy.*CloseCourtsStateMachine",
    "EDGE_KEYS_SECRET_ID": r"AWSSecretsManagerGetSecretValuePolicy.*EdgeKeysSecret",
    "EXPORT_STATE_MACHINE_ARN": r"StepFunctionsExecutionPolicy.*ExportAccountStateMachine",
    "EVENTS_TOPIC_ARN": r"SNSPublishMessagePolicy.*EventsTopic",
    "FILES_BUCKET": r"PhotosPolicy|s3:GetObject",
    "HOLD_EXPIRY_QUEUE_URL": r"SQSSendMessagePolicy.*HoldExpiryQueue",
    "MAIL_FROM": r"MailSendPolicy",
    "ONBOARDING_STATE_MACHINE_ARN": r"StepFunctionsExecutionPolicy.*OnboardClubStateMachine",
    "PAYMENT_WEBHOOKS_QUEUE_URL": r"SQSSendMessagePolicy.*PaymentWebhooksQueue",
    "PROVIDER_SECRET_PREFIX": r"ProviderSecrets(Read|Move)Policy|secretsmanager:CreateSecret",
    "TABLE_NAME": r"Table(Read|Write)Policy|dynamodb:GetItem",
    "TOKEN_SIGNING_KEY_SECRET_ID": r"AWSSecretsManagerGetSecretValuePolicy.*TokenSigningKeySecret",
}

PLACEHOLDERS = set(re.findall(r"\{\{(\w+)\}\}", (ROOT / "events" / "README.md").read_text(encoding="utf-8")))


def of_type(kind: str) -> dict[str, Any]:
    """The properties of every resource of this type; loops have none."""
    plain = {name: each for name, each in RESOURCES.items() if isinstance(each, dict)}
    return {name: each["Properties"] for name, each in plain.items() if each["Type"] == kind}


def loop(name: str) -> list[str]:
    """What a loop among the resources goes over."""
    return RESOURCES[f"Fn::ForEach::{name}"][1]


def logical_id(folder: str) -> str:
    """`api-auth` is `ApiAuthFunction`."""
    return "".join(part.capitalize() for part in folder.split("-")) + "Function"


def functions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each function's logical id and properties."""
    yield from of_type("AWS::Serverless::Function").items()


def states(machine: str = "OnboardClubStateMachine") -> dict[str, Any]:
    """A workflow's states by name."""
    return json.loads(WORKFLOWS[machine].read_text(encoding="utf-8"))["States"]


def every_state() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Machine, name and state, of all workflows."""
    for machine in WORKFLOWS:
        for name, state in states(machine).items():
            yield machine, name, state


class Functions(unittest.TestCase):
    def test_folder_logical_id_and_code_are_one_name(self) -> None:
        wanted = {logical_id(folder): f"target/lambda/{folder}/" for folder in FOLDERS}
        self.assertEqual({name: each["CodeUri"] for name, each in functions()}, wanted)

    def test_names_start_with_the_stack(self) -> None:
        for folder in FOLDERS:
            name = RESOURCES[logical_id(folder)]["Properties"]["FunctionName"]
            self.assertEqual(name, {"Fn::Sub": f"${{AWS::StackName}}-{folder}"})

    def test_what_a_function_is_told_of_it_may_use_and_nothing_else(self) -> None:
        for name, properties in functions():
            variables = properties.get("Environment", {}).get("Variables", {})
            policies = json.dumps(properties.get("Policies", []))
            for variable, grant in GRANTS.items():
                with self.subTest(function=name, variable=variable):
                    self.assertEqual(variable in variables, bool(re.search(grant, policies)))

    def test_variables_are_read_by_the_code(self) -> None:
        files = [path for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.rs")]
        sources = "".join(path.read_text(encoding="utf-8") for path in files)
        own = [properties["Environment"]["Variables"] for _, properties in functions() if "Environment" in properties]
        shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
        given = set(shared).union(*own)
        self.assertEqual({variable for variable in given if f'"{variable}"' not in sources}, set())

    def test_public_routes_are_these(self) -> None:
        public = {
            event["Properties"]["Path"]
            for _, properties in functions()
            for event in properties.get("Events", {}).values()
            if event["Properties"].get("Auth") == {"Authorizer": "NONE"}
        }
        auth = {f"/v1/auth/{verb}" for verb in ("register", "login", "refresh", "logout")}
        mailed = {f"/v1/auth/{what}" for what in ("email/verify", "email/change/confirm", "password/reset")}
        auth |= mailed | {"/v1/auth/password/reset-request"}
        auth |= {"/v1/auth/mfa", "/v1/auth/mfa/enrol", "/v1/auth/mfa/enrol/confirm"}
        pages = {"/.well-known/jwks.json", "/.well-known/openid-configuration", "/openapi.json", "/docs", "/health", "/ready"}
        auth |= {f"/v1/auth/sso/{verb}" for verb in ("providers", "start", "complete")}
        self.assertEqual(public, auth | pages | {"/v1/ical/{file}", "/webhooks/mercadopago/{club_id}"})
        self.assertEqual(RESOURCES["Api"]["Properties"]["Auth"]["DefaultAuthorizer"], "Tokens")

    def test_sam_accepts_it(self) -> None:
        expanded = copy.deepcopy(TEMPLATE)
        plain = {name: each for name, each in expanded["Resources"].items() if isinstance(each, dict)}
        for each in plain.values():
            if each["Type"] == "AWS::Serverless::Function":
                each["Properties"]["CodeUri"] = "s3://bucket/key"
            if each["Type"] == "AWS::Serverless::StateMachine":
                each["Properties"]["DefinitionUri"] = "s3://bucket/key"
        logging.getLogger("samtranslator").setLevel(logging.ERROR)
        with mock.patch.dict(os.environ, AWS_DEFAULT_REGION="sa-east-1"):
            made = transform({**expanded, "Resources": plain}, {}, SimpleNamespace(load=dict))
        kinds = [each["Type"] for each in made["Resources"].values()]
        self.assertEqual(kinds.count("AWS::Lambda::Function"), len(FOLDERS))
        jobs = sum(folder.startswith("job-") for folder in FOLDERS)
        roles = len(FOLDERS) + jobs + len(WORKFLOWS)
        self.assertEqual(kinds.count("AWS::IAM::Role"), roles, "one a function, a schedule, a workflow")


class Alarms(unittest.TestCase):
    def test_every_function_is_watched_for_errors_and_throttles(self) -> None:
        self.assertEqual(loop("FunctionAlarms"), [name for name, _ in sorted(functions())])
        metrics = RESOURCES["Fn::ForEach::FunctionAlarms"][2]["Fn::ForEach::Metrics"][1]
        self.assertEqual(metrics, ["Errors", "Throttles"])

    def test_every_queue_has_a_watched_dead_letter_queue(self) -> None:
        queues = of_type("AWS::SQS::Queue")
        dead = {name for name in queues if name.endswith("Dlq")}
        targets = {
            name: each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            for name, each in queues.items()
            if name not in dead
        }
        self.assertEqual(targets, {name: name.replace("Queue", "Dlq") for name in targets})
        # The stream's takes what the stream function gave up, from no queue.
        self.assertEqual(dead, set(targets.values()) | {"StreamEventsDlq"})
        self.assertEqual(set(loop("DeadLetterAlarms")), dead)

    def test_consumers_report_partial_failures(self) -> None:
        for name, properties in functions():
            for event in properties.get("Events", {}).values():
                if event["Type"] in ("SQS", "DynamoDB"):
                    with self.subTest(function=name):
                        self.assertEqual(event["Properties"]["FunctionResponseTypes"], ["ReportBatchItemFailures"])

    def test_a_message_stays_hidden_for_six_runs_of_its_consumer(self) -> None:
        for name, properties in functions():
            for event in properties.get("Events", {}).values():
                if event["Type"] == "SQS":
                    queue = RESOURCES[event["Properties"]["Queue"]["Fn::GetAtt"][0]]["Properties"]
                    with self.subTest(function=name):
                        self.assertGreaterEqual(queue["VisibilityTimeout"], 6 * properties["Timeout"])


class Order(unittest.TestCase):
    def test_banners_come_in_the_fixed_order(self) -> None:
        self.assertEqual(re.findall(r"^ *# ── (.+?) ─+$", TEXT, re.MULTILINE), BANNERS)

    def test_names_are_alphabetical_under_each_banner(self) -> None:
        for section in re.split(r"^ *# ── .+$", TEXT, flags=re.MULTILINE)[1:]:
            # Conditions share the banner of the parameters that they read.
            for part in section.split("\nConditions:\n"):
                names = re.findall(r"^  ([A-Z]\S*):", part, re.MULTILINE)
                self.assertEqual(names, sorted(names))

    def test_an_unlimited_resource_has_its_reason(self) -> None:
        statements = re.findall(r"(.*)\n +- Effect: Allow\n((?: {12,}.+\n)+)", TEXT)
        self.assertTrue(statements)
        for before, statement in statements:
            if re.search(r'Resource: "\*"', statement):
                self.assertRegex(before, r"^ *# .+\.$")
        self.assertEqual(TEXT.count('"*"'), 2, "the log delivery's, and to whom plain HTTP is denied")


class Workflow(unittest.TestCase):
    def test_every_definition_has_its_machine(self) -> None:
        self.assertEqual(set(WORKFLOWS.values()), set((ROOT / "statemachines").glob("*.asl.json")))
        wanted = {name: f"statemachines/{path.name}" for name, path in WORKFLOWS.items()}
        machines = of_type("AWS::Serverless::StateMachine")
        self.assertEqual({name: each["DefinitionUri"] for name, each in machines.items()}, wanted)

    def test_placeholders_are_substitutions_are_functions(self) -> None:
        for name, path in WORKFLOWS.items():
            machine = RESOURCES[name]["Properties"]
            placeholders = set(re.findall(r"\$\{(\w+)\}", path.read_text(encoding="utf-8")))
            self.assertEqual(placeholders, set(machine["DefinitionSubstitutions"]))
            for placeholder, value in machine["DefinitionSubstitutions"].items():
                function = placeholder.removesuffix("Arn")
                self.assertEqual(value, {"Fn::GetAtt": [function, "Arn"]})
                self.assertIn(function, dict(functions()))

    def test_names_are_sentences_and_lead_to_states(self) -> None:
        for machine, name, state in every_state():
            with self.subTest(machine=machine, state=name):
                self.assertRegex(name, r"^[A-Z]\w*( \S+)+$")
                ways = [state.get("Next"), *(each["Next"] for each in state.get("Catch", []))]
                self.assertLessEqual({way for way in ways if way}, set(states(machine)))

    def test_every_task_has_retry_catch_and_timeout(self) -> None:
        for machine, name, state in every_state():
            with self.subTest(machine=machine, state=name):
                if state["Type"] == "Task":
                    self.assertEqual(state["Retry"][-1]["ErrorEquals"], ["States.ALL"])
                    self.assertEqual(state["Catch"][-1]["ErrorEquals"], ["States.ALL"])
                    called = state["Parameters"]["FunctionName"].removeprefix("${").removesuffix("Arn}")
                    self.assertGreater(state["TimeoutSeconds"], RESOURCES[called]["Properties"]["Timeout"])
                self.assertTrue(state["Type"] != "Map" or "MaxConcurrency" in state)

    def test_a_failed_step_is_undone_with_every_step_before_it(self) -> None:
        tasks = {name: each for name, each in states().items() if each["Type"] == "Task"}
        step = {name: each["Parameters"]["Payload"]["step"] for name, each in tasks.items()}
        forward = list(self._walk("Reserve the slug"))
        self.assertEqual([step[name] for name in forward][-1], "finish")
        for index, name in enumerate(forward[:-1]):
            with self.subTest(step=step[name]):
                undone = [step[each] for each in self._walk(states()[name]["Catch"][0]["Next"])]
                # An invitation that was sent is not called back: its step undoes nothing of its own.
                done = [step[each] for each in forward[: index + 1] if step[each] != "send_invitation"]
                self.assertEqual(undone, [f"undo_{each}" for each in reversed(done)] + ["fail"])

    @staticmethod
    def _walk(name: str) -> Iterator[str]:
        while states()[name]["Type"] == "Task":
            yield name
            name = states()[name]["Next"]


class Events(unittest.TestCase):
    def test_every_function_has_a_valid_and_an_invalid_sample(self) -> None:
        folders = sorted(path.name for path in (ROOT / "events").iterdir() if path.is_dir())
        self.assertEqual(folders, FOLDERS)
        for folder in folders:
            cases = [path.stem for path in (ROOT / "events" / folder).glob("*.json")]
            with self.subTest(function=folder):
                self.assertEqual({case.startswith("invalid-") for case in cases}, {True, False})

    def test_samples_are_json_and_their_placeholders_are_explained(self) -> None:
        for path in (ROOT / "events").rglob("*.json"):
            text = path.read_text(encoding="utf-8")
            with self.subTest(sample=f"{path.parent.name}/{path.name}"):
                json.loads(text)
                self.assertLessEqual(set(re.findall(r"\{\{(\w+)\}\}", text)), PLACEHOLDERS)

    def test_requests_go_to_routes_of_their_function(self) -> None:
        for folder in (folder for folder in FOLDERS if folder.startswith(("api-", "webhook-"))):
            events = RESOURCES[logical_id(folder)]["Properties"]["Events"].values()
            routes = {f"{event['Properties']['Method']} {event['Properties']['Path']}" for event in events}
            for path in (ROOT / "events" / folder).glob("*.json"):
                with self.subTest(sample=f"{folder}/{path.name}"):
                    self.assertIn(json.loads(path.read_text(encoding="utf-8"))["routeKey"], routes)


if __name__ == "__main__":
    unittest.main()
