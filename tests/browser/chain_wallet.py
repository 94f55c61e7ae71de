"""A wallet in the browser that signs real transactions and sends them to the dev chain, and does as a test says."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from eth_account.signers.local import LocalAccount
from playwright.sync_api import BrowserContext

from .people import new_wallet, personal_sign

PROVIDER = """
const provider = {
    request: async ({ method, params }) => {
        const { error, result } = await window.NAME(method, params ?? []);
        if (error) throw Object.assign(new Error(error.message), { code: error.code });
        return result;
    },
};
const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({
    info: { uuid: "NAME", name: "TITLE", rdns: "org.example.wallet",
            icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>" },
    provider,
}) }));
addEventListener("eip6963:requestProvider", announce);
announce();
"""
CONFIG = re.compile(r'<script id="ashao-config" type="application/json">(.*?)</script>', re.S)
REJECTED, UNKNOWN_CHAIN, METHOD_MISSING = 4001, 4902, -32601
GAS_PRICE_TIMES = 2
GAS_MARGIN_PERCENT = 130


class WalletRefusal(Exception):
    """What the wallet throws at the page, with a code of EIP-1193."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class ChainWallet:
    """An EIP-1193 wallet, announced as EIP-6963 says. A test may have it decline, or be on another chain."""

    base_url: str
    title: str = "Wallet of alice"
    account: LocalAccount = field(default_factory=new_wallet)
    declines: frozenset[str] = frozenset()
    """Methods that its owner says no to."""
    on_chain: int | None = None
    """The chain that it has selected; None: ashao's."""
    knows_chain: bool = True
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        page = httpx.get(f"{self.base_url}/account", timeout=60).raise_for_status().text
        found = CONFIG.search(page)
        assert found is not None, page
        self.chain: dict[str, Any] = json.loads(found[1])["chain"]

    def enter(self, context: BrowserContext) -> "ChainWallet":
        """Be in that browser, from its next page on."""
        name = f"wallet_{self.account.address}"
        context.expose_function(name, self._answer)
        context.add_init_script(PROVIDER.replace("NAME", name).replace("TITLE", self.title))
        return self

    def rpc(self, method: str, *params: object) -> Any:
        """Ask the dev chain."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = httpx.post(self.chain["rpcUrl"], json=body, timeout=60).raise_for_status().json()
        if "error" in answer:
            raise WalletRefusal(answer["error"]["code"], answer["error"]["message"])
        return answer["result"]

    def token_balance(self, contract: str) -> int:
        """What the wallet has of USDC or $ASHAO ("usdc", "token"), by the chain itself."""
        data = "0x70a08231" + self.account.address[2:].lower().rjust(64, "0")
        return int(self.rpc("eth_call", {"to": self.chain[contract], "data": data}, "latest"), 16)

    def _answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        self.asked.append(method)
        try:
            if method in self.declines:
                raise WalletRefusal(REJECTED, "User rejected the request.")
            return {"result": self._do(method, params)}
        except WalletRefusal as refusal:
            return {"error": {"code": refusal.code, "message": str(refusal)}}

    def _do(self, method: str, params: list[Any]) -> object:
        match method:
            case "eth_requestAccounts" | "eth_accounts":
                return [self.account.address.lower()]
            case "personal_sign":
                assert params[1] == self.account.address
                return personal_sign(self.account, bytes.fromhex(params[0].removeprefix("0x")))
            case "eth_chainId":
                return hex(self.on_chain or self.chain["id"])
            case "wallet_switchEthereumChain":
                if not self.knows_chain:
                    raise WalletRefusal(UNKNOWN_CHAIN, "Unrecognized chain ID.")
                self.on_chain = int(params[0]["chainId"], 16)
                return None
            case "wallet_addEthereumChain":
                assert params[0]["rpcUrls"] == [self.chain["rpcUrl"]]
                self.knows_chain, self.on_chain = True, int(params[0]["chainId"], 16)
                return None
            case "eth_sendTransaction":
                return self._send(params[0])
            case "eth_getTransactionReceipt" | "eth_call" | "eth_getBalance":
                return self.rpc(method, *params)
        raise WalletRefusal(METHOD_MISSING, f"This wallet has no {method}.")

    def _send(self, asked: dict[str, str]) -> object:
        assert self.on_chain in (None, self.chain["id"]), "the page sent to another chain"
        gas = int(self.rpc("eth_estimateGas", asked), 16) * GAS_MARGIN_PERCENT // 100
        fields: dict[str, Any] = {
            "to": asked["to"],
            "data": asked["data"],
            "value": int(asked["value"], 16),
            "chainId": self.chain["id"],
            "nonce": int(self.rpc("eth_getTransactionCount", self.account.address, "pending"), 16),
            "gas": gas,
            "gasPrice": int(self.rpc("eth_gasPrice"), 16) * GAS_PRICE_TIMES,
        }
        signed = self.account.sign_transaction(fields)
        return self.rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex().removeprefix("0x"))
