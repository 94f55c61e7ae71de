"""One real server for all of these tests, and the people in front of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ashao_site.embedded import app
from ashao_site.embedded.stack import Stack
from tests.demo_cloud import demo_cloud

from .support import Person, WorkerClient, make_worker

ROOT = Path(__file__).resolve().parents[2]
ENV = {
    "GUEST_MESSAGES_PER_SESSION": "1000",
    "GUEST_MESSAGES_PER_ADDRESS": "100000",
    "WORKER_GRACE_MS": "60000",  # a test's own worker is asked, and nobody else, however slow the machine
    "WORKER_LEASE_MS": "60000",
    "WORKER_STALL_MS": "60000",
}
TOKENS_PER_SECOND = 40


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """With a dev chain, for money. `API_TESTS_ASGI_SERVER=daphne` runs all of it against the other server."""
    server = os.environ.get("API_TESTS_ASGI_SERVER", "uvicorn")
    with (
        demo_cloud(tokens_per_second=TOKENS_PER_SECOND) as cloud,
        Stack(env={**ENV, **cloud}, asgi_server=server, only=app.EVERYTHING) as running,
    ):
        yield running


@pytest.fixture(scope="package")
def alice(stack: Stack) -> Person:
    return Person(stack.base_url).sign_in("a1")


@pytest.fixture(scope="package")
def bob(stack: Stack) -> Person:
    return Person(stack.base_url).sign_in("b0")


@pytest.fixture(scope="package")
def charlie(stack: Stack) -> Person:
    return Person(stack.base_url).sign_in("c1")


@pytest.fixture
def guest(stack: Stack) -> Person:
    """A visitor who has not sent anything."""
    return Person(stack.base_url)


@pytest.fixture
def worker(alice: Person) -> Iterator[WorkerClient]:
    """A worker of alice's for the max tier. It says goodbye, so that no later test waits for it."""
    made = make_worker(alice, tiers=["max"])
    yield made
    alice.ok("DELETE", f"/api/worker/{made.id}")


@pytest.fixture
def other_worker(charlie: Person) -> Iterator[WorkerClient]:
    made = make_worker(charlie, tiers=["max"])
    yield made
    charlie.ok("DELETE", f"/api/worker/{made.id}")


@pytest.fixture(scope="module")
def books_agree(stack: Stack) -> Iterator[None]:
    """After the module's tests `manage.py check_books` finds no difference."""
    yield
    env = {**os.environ, "DATABASE_URL": stack.database_url, "ASHAO_HOME": str(stack.home)}
    command = [sys.executable, "manage.py", "check_books"]
    done = subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
