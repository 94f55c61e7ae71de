"""`python -m staking.verify`: whether what is at an address is what the committed artifact says."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping

from eth_typing import ChecksumAddress
from web3 import Web3
from web3.exceptions import Web3Exception

from ashao_site.chain.client import ChainUnavailable
from staking.artifacts import artifact
from staking.node import ChainError, connect


def problems(web3: Web3, *, token: ChecksumAddress, vault: ChecksumAddress) -> Iterator[str]:
    """What is wrong with a deployed token and vault, one sentence each; nothing when they are ours."""
    for name, address in (("AshaoToken", token), ("StakingVault", vault)):
        code = bytes(web3.eth.get_code(address))
        if not code:
            yield f"There is no contract at {address}, where {name} should be."
        elif not artifact(name).is_code(code):
            yield f"The code at {address} is not that of {name}."
        elif name == "StakingVault":
            staked = web3.eth.contract(address, abi=artifact(name).abi).functions.token().call()
            if staked != token:
                yield f"The vault at {address} holds the token {staked}, not {token}."


def main(argv: list[str], env: Mapping[str, str]) -> int:
    """Verify what the command line names; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m staking.verify", description=__doc__)
    parser.add_argument("--chain-id", type=int, required=True)
    parser.add_argument("--token", type=Web3.to_checksum_address, required=True)
    parser.add_argument("--vault", type=Web3.to_checksum_address, required=True)
    options = parser.parse_args(argv)
    try:
        web3 = connect(env.get("CHAIN_RPC_URL", ""), chain_id=options.chain_id)
        wrong = list(problems(web3, token=options.token, vault=options.vault))
    except (ChainError, ChainUnavailable, OSError, ValueError, Web3Exception) as error:
        wrong = [
            str(error) if isinstance(error, ChainError) else f"The chain failed ({type(error).__name__})."
        ]
    for problem in wrong:
        sys.stderr.write(f"ashao: {problem}\n")
    if not wrong:
        sys.stdout.write("Both contracts run the code of the committed artifacts.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
