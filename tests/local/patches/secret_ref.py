"""`!Ref` of a secret is its ARN.

ministack's CloudFormation answers the name, with which every policy on a secret of the template names nothing.
"""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Makes the ARN the physical id; update and delete translate it back for ministack."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def create_by_arn(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        _, attributes = create(logical_id, props, stack_name)
        return attributes["Arn"], attributes

    def update_by_arn(physical_id: str, *rest: Any, **named: Any) -> Any:
        _, attributes = update(_name(physical_id), *rest, **named)
        return attributes.get("Arn", physical_id), attributes

    def delete_by_arn(physical_id: str, props: dict[str, Any]) -> Any:
        return delete(_name(physical_id), props)

    handlers.update(create=create_by_arn, update=update_by_arn, delete=delete_by_arn)


def _name(arn: str) -> str:
    from ministack.services import secretsmanager

    return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)
