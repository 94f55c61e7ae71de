from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from ashao_site.chain.indexer import follow
from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.anvil import AT_ONCE, CHAIN_ID, DevChain, answers, anvil_spec, read_accounts
from ashao_site.embedded.ports import free_port
from ashao_site.embedded.process import spawn
from ledger.deposits import buying
from staking.deploy import DevRoles, deploy
from tests.chain.nodes import ENDLESS_S
from tests.contracts.support import Chain, wait_for

from .support import DEEP, World


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
def deployed(dev: DevChain) -> ChainSettings:
    """The settings of that chain, with all contracts deployed."""
    roles = {role: Chain(dev).role(role).address for role in dev.accounts}
    done = deploy(
        dev.url,
        dev.accounts["deployer"].private_key,
        chain_id=CHAIN_ID,
        recipient=roles["faucet"],
        dev=DevRoles(roles["faucet"], roles["blacklister"]),
    )
    assert done.token
    assert done.vault
    assert done.usdc
    return ChainSettings(
        rpc_url=dev.url,
        chain_id=CHAIN_ID,
        confirmations=DEEP,
        start_block=done.start_block,
        timeout_s=120,
        token=done.token,
        vault=done.vault,
        usdc=done.usdc,
        treasury=roles["treasury"],
    )


@pytest.fixture
def world(dev: DevChain, deployed: ChainSettings, settings, monkeypatch) -> World:
    """A treasury of the test's own. What happened on the chain before is before its start.

    A round takes as long as it needs.
    """
    monkeypatch.setattr(follow, "RUN_MAX_S", ENDLESS_S)
    monkeypatch.setattr(buying, "ASK_MAX_S", ENDLESS_S)
    chain = Chain(dev)
    treasury = chain.person()
    chain.rpc("evm_mine")
    config = replace(deployed, treasury=treasury.address, start_block=chain.web3.eth.block_number + 1)
    settings.CHAIN = config
    return World(chain, config, treasury)


@pytest.fixture
def networked(db):
    """A test in one transaction that is rolled back: calls to the chain are allowed in it."""
    connection.in_test_transaction = True
    yield
    del connection.in_test_transaction
