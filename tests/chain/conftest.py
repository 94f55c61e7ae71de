from collections.abc import Iterator
from pathlib import Path

import pytest

from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.anvil import AT_ONCE, CHAIN_ID, DevChain, answers, anvil_spec, read_accounts
from ashao_site.embedded.ports import free_port
from ashao_site.embedded.process import spawn
from staking.deploy import DevRoles, deploy
from tests.contracts.support import Chain, wait_for


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevChain]:
    """A dev chain of these tests, which makes a block for each transaction."""
    folder: Path = tmp_path_factory.mktemp("anvil")
    port = free_port()
    child = spawn(anvil_spec(folder, port, block_time_s=AT_ONCE), None)
    try:
        assert wait_for(lambda: answers(port) or child.has_ended())
        assert not child.has_ended(), child.read_lines()
        yield DevChain(port=port, accounts=read_accounts(folder), folder=folder)
    finally:
        child.kill_group()
        child.collect()


@pytest.fixture(scope="session")
def config(dev: DevChain) -> ChainSettings:
    """The settings of that chain, with all contracts deployed."""
    accounts = {role: Chain(dev).role(role) for role in dev.accounts}
    done = deploy(
        dev.url,
        dev.accounts["deployer"].private_key,
        chain_id=CHAIN_ID,
        dev=DevRoles(accounts["faucet"].address, accounts["blacklister"].address),
    )
    assert done.token
    assert done.vault
    assert done.usdc
    return ChainSettings(
        rpc_url=dev.url,
        chain_id=CHAIN_ID,
        confirmations=2,
        start_block=done.start_block,
        timeout_s=120,
        token=done.token,
        vault=done.vault,
        usdc=done.usdc,
        treasury=accounts["treasury"].address,
    )
