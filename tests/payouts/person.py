"""A person who asks for payouts, without a chain."""

import json
from datetime import UTC, datetime, timedelta

from django.test import Client
from eth_account import Account
from eth_account.messages import encode_defunct

from ashao_site.accounts.models import User
from ashao_site.chain.notation import checksummed
from ashao_site.chain.settings import ChainSettings
from ledger.books import chart
from tests.ledger.support import deposit

DOLLAR = 1_000_000
CHAIN = ChainSettings(
    rpc_url="http://127.0.0.1:1",
    chain_id=31_337,
    confirmations=2,
    start_block=0,
    timeout_s=1,
    token=checksummed("0x" + "a1" * 20),
    vault=checksummed("0x" + "b2" * 20),
    usdc=checksummed("0x" + "c3" * 20),
    treasury=checksummed("0x" + "d4" * 20),
)


class Person:
    """A signed-in browser."""

    def __init__(self, earned_micros=100 * DOLLAR):
        self.account = Account.create()
        self.user, _ = User.objects.get_or_create_wallet(self.account.address)
        self.http = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1:8000"})
        self.http.force_login(self.user)
        self.http.get("/api/me")
        if earned_micros:
            deposit(chart.user_earnings(self.user.pk), earned_micros, key=f"earned:{self.user.pk}")

    def call(self, method, path, body=None, **headers):
        token = self.http.cookies["csrftoken"].value
        return self.http.generic(
            method,
            path,
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={"X-CSRFToken": token, "Host": "127.0.0.1:8000", **headers},
        )

    def ask(self, amount=5 * DOLLAR, **more):
        headers = {"Idempotency-Key": more.pop("key")} if "key" in more else {}
        return self.call("POST", "/api/payouts", {"amount": amount, **more}, **headers)

    def proof(self, account, statement=None, nonce=None, host="127.0.0.1:8000", clock_ahead_s=0):
        nonce = nonce or self.call("POST", "/api/auth/nonce").json()["nonce"]
        said = (
            f"Receive the payouts of ashao account {self.user.public_id}." if statement is None else statement
        )
        issued = datetime.now(UTC) + timedelta(seconds=clock_ahead_s)
        at, end = (
            moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            for moment in (issued, issued + timedelta(minutes=5))
        )
        message = (
            f"{host} wants you to sign in with your Ethereum account:\n{account.address}\n\n{said}\n\n"
            f"URI: http://{host}\nVersion: 1\nChain ID: 31337\nNonce: {nonce}\nIssued At: {at}\n"
            f"Expiration Time: {end}"
        )
        signed = account.sign_message(encode_defunct(text=message))
        return {"message": message, "signature": "0x" + bytes(signed.signature).hex()}

    def consent(self, wallet, by=None, **more):
        """What the own wallet signs."""
        said = more.pop(
            "statement", f"Let {wallet} receive the payouts of ashao account {self.user.public_id}."
        )
        signed = self.proof(by or self.account, statement=said, **more)
        return {"ownMessage": signed["message"], "ownSignature": signed["signature"]}

    def proofs(self, account, **more):
        return {**self.proof(account, **more), **self.consent(account.address)}
