"""What must always be true of a club's ledger."""

from __future__ import annotations

import unittest
from collections import Counter
from typing import Any, Mapping

from client import Client


def transactions(owner: Client) -> list[dict[str, Any]]:
    """Every transaction of the club, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(1000):
        answer = owner.get(f"/v1/ledger/transactions?limit=100{cursor}").expect(200)
        found += answer.data
        following = answer.body["meta"]["page"]["next_cursor"]
        if not following:
            return found
        cursor = f"&cursor={following}"
    raise AssertionError("the ledger has no end")


def check_ledger(test: unittest.TestCase, owner: Client) -> list[dict[str, Any]]:
    """Each transaction sums to zero, the balances sum to zero and agree with the postings, a reference posts once."""
    found, shown = still_books(owner)
    balances: Counter[tuple[str, str]] = Counter()
    for each in found:
        sums: Counter[str] = Counter()
        for posting in each["postings"]:
            sums[posting["currency"]] += posting["amount"]
            balances[shown_as(posting["account"]), posting["currency"]] += posting["amount"]
        test.assertEqual(set(sums.values()), {0}, each)
    references = Counter(each["reference"] for each in found)
    test.assertEqual([reference for reference, times in references.items() if times > 1], [])
    test.assertEqual(sum(shown.values()), 0, shown)
    test.assertEqual(without_zeros(shown), without_zeros(balances))
    return found


def shown_as(account: str) -> str:
    """The account that a posting is shown under: members' wallets are one."""
    return "liabilities:wallet" if account.startswith("liabilities:wallet:") else account


def still_books(owner: Client) -> tuple[list[dict[str, Any]], dict[tuple[str, str], int]]:
    """Transactions and balances of one moment: read again if something was booked in between."""
    after = accounts(owner)
    for _ in range(20):
        before, found, after = after, transactions(owner), accounts(owner)
        if before == after:
            return found, after
    raise AssertionError("the ledger does not come to rest")


def accounts(owner: Client) -> dict[tuple[str, str], int]:
    """The balance of every account and currency."""
    listed = owner.get("/v1/ledger/accounts").expect(200).data
    return {(each["account"], each["currency"]): each["balance"] for each in listed}


def without_zeros(balances: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Only the accounts that hold something."""
    return {account: amount for account, amount in balances.items() if amount}


def about(found: list[dict[str, Any]], provider_payment: str) -> list[dict[str, Any]]:
    """The transactions that book this payment of the provider's, refunds excepted."""
    return [each for each in found if each["reference"].endswith(f":payment:{provider_payment}")]
