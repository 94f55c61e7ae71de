from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account.signers.local import LocalAccount
from web3.contract import Contract

from ashao_site.embedded.anvil import AT_ONCE, DevChain, answers, anvil_spec, read_accounts
from ashao_site.embedded.ports import free_port
from ashao_site.embedded.process import spawn

from .support import Chain, wait_for


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A dev chain of its own, which makes a block for each transaction."""
    folder: Path = tmp_path_factory.mktemp("anvil")
    port = free_port()
    child = spawn(anvil_spec(folder, port, block_time_s=AT_ONCE), None)
    try:
        assert wait_for(lambda: answers(port) or child.has_ended())
        assert not child.has_ended(), child.read_lines()
        yield Chain(DevChain(port=port, accounts=read_accounts(folder), folder=folder))
    finally:
        child.kill_group()
        child.collect()


@pytest.fixture
def alice(chain: Chain) -> LocalAccount:
    return chain.person()


@pytest.fixture
def bob(chain: Chain) -> LocalAccount:
    return chain.person()


@pytest.fixture
def charlie(chain: Chain) -> LocalAccount:
    return chain.person()


@pytest.fixture
def token(chain: Chain) -> Contract:
    """A new $ASHAO; the whole supply is the treasury's."""
    return chain.deploy("AshaoToken", chain.role("treasury").address)


@pytest.fixture
def vault(chain: Chain, token: Contract) -> Contract:
    return chain.deploy("StakingVault", token.address)


@pytest.fixture
def usdc(chain: Chain) -> Contract:
    return chain.deploy("DevUSDC", chain.role("faucet").address, chain.role("blacklister").address)
