"""The resource of `ses:SendEmail` is the sender's identity.

ministack authorizes SES v2's SendEmail on `*`, which a policy that names the identity never allows.
"""

from __future__ import annotations

import json
from email.utils import parseaddr


def install() -> None:
    """Adds the identity to what IAM evaluates."""
    from ministack.core import iam_actions

    original = iam_actions._ses_v2_resource_arn

    def with_identity(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        if method == "POST" and path.rstrip("/") == "/v2/email/outbound-emails":
            _, address = parseaddr(json.loads(body or b"{}").get("FromEmailAddress", ""))
            if address:
                return f"arn:aws:ses:{region}:{account_id}:identity/{address}"
        return original(method, path, body, region, account_id)

    iam_actions._ses_v2_resource_arn = with_identity
