"""The dev chain with its contracts: deployed at its first start, found again at each later one."""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ashao_site.embedded.anvil import CHAIN_ID, DevChain, await_anvil, binary, code_at, launch_anvil
from ashao_site.embedded.config import ROOT, StackFailedError, StartError
from ashao_site.embedded.home import write_private
from ashao_site.embedded.ports import LOOPBACK
from ashao_site.embedded.process import ProcessSpec
from ashao_site.embedded.supervisor import Supervisor

RECORD_FILE = "contracts.json"
DIGEST_FILE = "contracts.sha256"
ARTIFACTS = ROOT / "staking" / "contracts" / "artifacts"
NAMES = ("AshaoToken", "StakingVault", "DevUSDC")
FIELDS = {"ASHAO_TOKEN_ADDRESS": "token", "STAKING_VAULT_ADDRESS": "vault", "USDC_ADDRESS": "usdc"}


def launch(supervisor: Supervisor, *, site_port: int) -> int | None:
    """Start anvil without waiting for it; its port. None, and a line, on a machine that has no anvil."""
    try:
        binary()
    except StartError as error:
        supervisor.console.say(f"{error} Until then there is no chain; everything else works.")
        return None
    return launch_anvil(supervisor, supervisor.home, origin=f"http://{LOOPBACK}:{site_port}")


def complete(supervisor: Supervisor, port: int | None, *steps: ProcessSpec) -> dict[str, str]:
    """Wait for the chain, deploy its contracts beside the other steps; what the settings call all of it.

    The steps run without a chain too. Raises StackFailedError when one of them fails.
    """
    chain = await_anvil(supervisor, supervisor.home, port) if port else None
    missing = chain if chain and not are_deployed(chain) else None
    run_steps(supervisor, *((deploy_step(missing),) if missing else ()), *steps)
    if missing:
        note_deployed(missing)
    return variables_of(chain) if chain else {}


def run_steps(supervisor: Supervisor, *steps: ProcessSpec) -> None:
    """Run steps side by side to their ends."""
    for name, (status, output) in supervisor.run_steps(*steps).items():
        if status != 0:
            what = "Deploying to the dev chain" if name == "deploy" else f"manage.py {name}"
            raise StackFailedError(f"{what} failed.", [output])


def are_deployed(chain: DevChain) -> bool:
    """Whether all contracts are on the chain, compiled as they are in this checkout."""
    try:
        record = _record(chain.folder)
        same = (chain.folder / DIGEST_FILE).read_text().strip() == _digest()
        return same and all(code_at(chain.port, record[field]) for field in FIELDS.values())
    except (OSError, ValueError, KeyError):
        return False


def deploy_step(chain: DevChain) -> ProcessSpec:
    """Puts what is missing on the chain. All $ASHAO are the faucet's, which may also mint DevUSDC."""
    accounts = chain.accounts
    options = {
        "--chain-id": str(CHAIN_ID),
        "--record": str(chain.folder / RECORD_FILE),
        "--recipient": accounts["faucet"].address,
        "--faucet": accounts["faucet"].address,
        "--blacklister": accounts["blacklister"].address,
    }
    words = [word for option in options.items() for word in option]
    env = {**os.environ, "CHAIN_RPC_URL": chain.url, "DEPLOYER_KEY": accounts["deployer"].private_key}
    argv = (sys.executable, "-m", "staking.deploy", "--dev", *words)
    return ProcessSpec(name="deploy", argv=argv, env=env, cwd=ROOT, echo=False, once=True)


def note_deployed(chain: DevChain) -> None:
    """After the step has ended well: the next start can go without it."""
    write_private(chain.folder / DIGEST_FILE, _digest() + "\n")


def variables_of(chain: DevChain) -> dict[str, str]:
    """The chain as the application's settings (and docs/configuration.md) name it."""
    record = _record(chain.folder)
    return {
        "CHAIN_RPC_URL": chain.url,
        "CHAIN_ID": str(CHAIN_ID),
        "CHAIN_START_BLOCK": str(record["start_block"]),
        **{name: str(record[field]) for name, field in FIELDS.items()},
        "TREASURY_ADDRESS": chain.accounts["treasury"].address,
        "FAUCET_KEY": chain.accounts["faucet"].private_key,
        "RELAYER_KEY": chain.accounts["relayer"].private_key,
        "TREASURY_SIGNER_KEY": chain.accounts["treasury"].private_key,
    }


def _record(folder: Path) -> Mapping[str, Any]:
    record = json.loads((folder / RECORD_FILE).read_text())
    if not isinstance(record, dict):
        raise ValueError(RECORD_FILE)
    return record


def _digest() -> str:
    whole = b"".join((ARTIFACTS / f"{name}.json").read_bytes() for name in NAMES)
    return hashlib.sha256(whole).hexdigest()
