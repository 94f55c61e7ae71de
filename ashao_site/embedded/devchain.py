"""The dev chain with its contracts, beside the other servers."""

from ashao_site.embedded.anvil import await_anvil, binary, launch_anvil
from ashao_site.embedded.contracts import are_deployed, deploy_step, note_deployed, variables_of
from ashao_site.embedded.errors import StackFailedError, StartError
from ashao_site.embedded.ports import LOOPBACK
from ashao_site.embedded.process import ProcessSpec
from ashao_site.embedded.supervisor import Supervisor


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
