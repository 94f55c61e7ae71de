"""The USDC of a wallet."""

from ashao_site.lib.chain import ChainUnavailable, chain
from staking.artifacts import artifact
from staking.asking import understood
from staking.transactions import checksum


def usdc_balance(wallet: str) -> int | None:
    """In µUSDC, as the chain has it now; None where it does not say."""
    try:
        with understood():
            usdc = chain().web3.eth.contract(checksum(chain().config.usdc), abi=artifact("DevUSDC").abi)
            return int(usdc.functions.balanceOf(checksum(wallet)).call())
    except ChainUnavailable:
        return None
