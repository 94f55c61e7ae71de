"""What the pages about money are told when they open. It is the same for everybody, and holds no secret."""

from collections.abc import Sequence

from django.conf import settings

from ashao_site.chain.settings import ChainSettings
from ledger.deposits.faucet import dev_chain, faucet_is_there

CHAIN_NAMES = {
    1: "Ethereum",
    10: "OP Mainnet",
    137: "Polygon",
    8453: "Base",
    42161: "Arbitrum One",
    84532: "Base Sepolia",
    11155111: "Sepolia",
    31337: "ashao dev chain",
}
"""How wallets and people call the chains that ashao is likely to be on."""


def page_config(*, tiers: Sequence[dict[str, object]]) -> dict[str, object]:
    """The configuration of the account, stake and treasury pages.

    `tiers` are what a message costs, as on the Earn page: they are the network's, a layer above this one.
    """
    config: ChainSettings | None = settings.CHAIN
    return {
        "development": settings.DEVELOPMENT_WALLET,
        "chainId": settings.CHAIN_ID,
        "tiers": list(tiers),
        "chain": None if config is None else _chain(config),
        "faucet": faucet_is_there(),
    }


def _chain(config: ChainSettings) -> dict[str, object]:
    return {
        "id": config.chain_id,
        "name": CHAIN_NAMES.get(config.chain_id, f"Chain {config.chain_id}"),
        # Of any other chain the address may hold a provider's key.
        "rpcUrl": config.rpc_url if dev_chain() else None,
        "explorer": settings.MONEY.explorer_url or None,
        "usdc": config.usdc,
        "token": config.token,
        "vault": config.vault,
        "treasury": config.treasury,
        "confirmations": config.confirmations,
    }
