"""Every call of the schema with generated input, as everybody who may call it: no 500, errors in JSON.

The same input at every run (`derandomize`). The stream is left out: it is read in `test_bad_input`.
"""

from collections.abc import Callable, Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from ashao_site.embedded.stack import Stack

from .support import PEOPLES_CALLS, WORKER_CALLS, Operation, Person, body_problem, make_worker

pytestmark = pytest.mark.stack

EXAMPLES = {GenerationMode.POSITIVE: 10, GenerationMode.NEGATIVE: 16}
TIMEOUT_S = 120.0
PEOPLE = ("guest", "alice", "key")


@pytest.fixture(scope="module")
def schema(stack: Stack) -> schemathesis.BaseSchema:
    raw = requests.get(f"{stack.base_url}/api/schema", timeout=TIMEOUT_S).json()
    # Who calls is said by the tests: generated tokens would be refused before anything else is read.
    generation = GenerationConfig(with_security_parameters=False)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    loaded = schemathesis.openapi.from_dict(raw, config=config)
    loaded.config.update(base_url=stack.base_url)
    return loaded


@pytest.fixture(scope="module")
def callers(stack: Stack) -> Iterator[dict[str, Callable[[], Person]]]:
    """Who calls: with wallets of their own, for they use up what the other tests need.

    People come anew to each operation: the one before may have signed them out.
    """
    key = Person(stack.base_url).sign_in("b2").ok("POST", "/api/keys", {"name": "fuzz"})["key"]
    charlie = Person(stack.base_url).sign_in("c2")
    worker = make_worker(charlie)
    yield {
        "guest": lambda: _guest(stack.base_url),
        "alice": lambda: Person(stack.base_url).sign_in("a2"),
        "key": lambda: Person(stack.base_url, bearer=key),
        "worker": lambda: worker.caller,
    }
    charlie.ok("DELETE", f"/api/worker/{worker.id}")


def _guest(base_url: str) -> Person:
    """One with a conversation: who never sent anything is refused before the body is read."""
    person = Person(base_url)
    person.send()
    return person


def errors_are_json(ctx: CheckContext, response: Response, case: Case) -> None:
    """Our own check: whatever is refused is refused in the one way."""
    if response.status_code >= 400:
        kind = response.headers.get("content-type", [""])[0]
        problem = body_problem(kind, response.content)
        assert problem is None, problem


CHECKS = [not_a_server_error, errors_are_json, content_type_conformance, response_schema_conformance]
CASES = [(call, who) for call in PEOPLES_CALLS for who in PEOPLE] + [
    (call, "worker") for call in WORKER_CALLS
]


@pytest.mark.parametrize(("call", "who"), CASES, ids=[f"{m}-{path}-{who}" for (m, path), who in CASES])
def test_generated_input(
    schema: schemathesis.BaseSchema, callers: dict[str, Callable[[], Person]], call: Operation, who: str
) -> None:
    operation = schema[call[1]][call[0]]
    person = callers[who]()
    session = requests.Session()
    session.headers.update(person.headers())
    session.cookies.update(dict(person.http.cookies))
    if can_be_wrong(operation):
        fuzz(operation, session, GenerationMode.NEGATIVE, EXAMPLES[GenerationMode.NEGATIVE])
    takes_input = can_be_wrong(operation) or operation.path_parameters
    fuzz(operation, session, GenerationMode.POSITIVE, EXAMPLES[GenerationMode.POSITIVE] if takes_input else 1)


def can_be_wrong(operation: APIOperation) -> bool:
    """Whether the schema forbids anything. In a path every text is an id, of nothing most of the time."""
    return bool(operation.body or operation.query or operation.headers)


def fuzz(operation: APIOperation, session: requests.Session, mode: GenerationMode, examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        do_not_wait(case)
        case.call_and_validate(session=session, checks=CHECKS, timeout=TIMEOUT_S)

    run()


def do_not_wait(case: Case) -> None:
    """A claim waits for a job as long as it is asked to: not here."""
    if case.operation.path == "/api/worker/claim" and isinstance(case.body, dict):
        waits = case.body.get("waitMs", 4_000)
        if isinstance(waits, int | float) and waits > 0:
            case.body = {**case.body, "waitMs": 30} if waits <= 25_000 else case.body


def test_after_all_that_a_message_is_answered(stack: Stack, books_agree: None) -> None:
    alice = Person(stack.base_url).sign_in("a2")
    charlie = Person(stack.base_url).sign_in("c2")
    before = alice.ok("GET", "/api/credits")["credits"]
    worker = make_worker(charlie, tiers=["max"])
    job_id, conversation_id = alice.send(tier="max")
    while (claimed := worker.claim())["job"]["id"] != job_id:  # what the fuzz has sent waits before it
        worker.say(claimed, 0, "Hello")
        assert worker.call("complete", worker.about(claimed, tokens=1)).status_code == 200
    worker.say(claimed, 0, "Hello, alice")
    assert worker.call("complete", worker.about(claimed, tokens=2)).status_code == 200
    assert alice.answer(conversation_id)["content"] == "Hello, alice"
    assert alice.ok("GET", "/api/credits")["credits"] == before - 15
    charlie.ok("DELETE", f"/api/worker/{worker.id}")
