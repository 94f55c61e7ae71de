"""A tab that earns: a real model on WebGPU answers people, and its owner is paid."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Request, expect

from ashao_site.embedded.stack import Stack
from tests.stack.support import Database
from tests.tiny_model.chats import ALPHABET, CAKE, COUNT, GREETING
from tests.tiny_model.host import ModelHost

from .chat_page import ChatPage, wait_until
from .conftest import Pages
from .earn_page import LOAD_MS, EarnPage

pytestmark = pytest.mark.timeout(300)

SHARE_MICROS = 70_000
PAGE_SCRIPT_MAX_BYTES = 120_000


@pytest.fixture(autouse=True)
def plain_host(model_host: ModelHost) -> Iterator[None]:
    """Each test finds a host that does as it is asked, and has forgotten what others asked of it."""
    model_host.reset()
    yield
    model_host.reset()


def earning(pages: Pages) -> EarnPage:
    return EarnPage(pages.context().new_page()).open().sign_in().work()


def job_of(chat: ChatPage, database: Database) -> tuple[str, str, str, int, str]:
    """The newest answer's job: its id, kind of producer, worker, earnings and what the ledger holds of it."""
    job_id = str(chat.saved()["jobId"])
    ((served_by, worker, earned),) = database.rows(
        "SELECT j.served_by, coalesce(w.public_id, ''), j.earned_micros FROM workers_job j"
        " LEFT JOIN workers_worker w ON w.id = j.worker_id WHERE j.public_id = %s",
        job_id,
    )
    return job_id, served_by, worker, earned, ""


def test_before_start_nothing_of_the_engine_is_loaded(gpu_pages: Pages, model_host: ModelHost) -> None:
    page = gpu_pages.context().new_page()
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    EarnPage(page).open()
    expect(page.get_by_test_id("start-worker")).to_be_enabled()
    page.wait_for_load_state("networkidle")
    sizes = [r.sizes()["responseBodySize"] for r in requests if r.url.endswith(".js")]

    print(f"\n/earn before Start: {sum(sizes) / 1000:.1f} kB of JavaScript, compressed, {len(requests)} requests")
    assert sizes
    assert sum(sizes) <= PAGE_SCRIPT_MAX_BYTES
    assert [r.url for r in requests if re.search(r"\.(wasm|mjs|onnx)|transformers|worker\.", r.url)] == []
    assert model_host.requests() == []
    assert page.workers == []


def test_without_webgpu_the_page_says_so_and_offers_the_native_worker(pages: Pages) -> None:
    earn = EarnPage(pages.context().new_page()).open()
    expect(earn.test_id("earn-problem")).to_have_attribute("data-kind", re.compile("no-webgpu|no-adapter"))
    expect(earn.test_id("earn-problem")).to_contain_text("WebGPU")
    expect(earn.test_id("start-worker")).to_have_count(0)
    earn.sign_in()
    earn.test_id("run-worker").click()
    earn.test_id("make-key").click()
    expect(earn.test_id("worker-command")).to_have_value(re.compile(r"ASHAO_API_KEY=ak_\w+"))


def test_a_tab_answers_on_the_gpu_and_is_paid(
    gpu_pages: Pages, stack: Stack, model_host: ModelHost
) -> None:
    earn = earning(gpu_pages)
    assert model_host.weights_bytes() > 0
    before = earn.dispatches()
    assert before > 0, "the self-test did not run on the GPU"

    chat = gpu_pages.chat()
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    assert chat.ask(CAKE.question) == CAKE.answer
    assert chat.wait_saved("done") == CAKE.answer
    assert earn.dispatches() - before > len(CAKE.answer)

    database = Database(stack)
    job_id, served_by, worker, earned, _ = job_of(chat, database)
    assert (served_by, earned) == ("browser", SHARE_MICROS)
    assert worker == earn.test_id("worker-row").first.get_attribute("data-worker-id")
    paid = database.rows(
        "SELECT a.address, e.amount_micros FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id"
        " JOIN ledger_transfer t ON t.id = e.transfer_id"
        " WHERE t.reference = %s AND t.kind = 'job' AND a.address LIKE 'user:%%'",
        job_id,
    )
    ((owner,),) = database.rows("SELECT owner_id FROM workers_worker WHERE public_id = %s", worker)
    assert paid == [(f"user:{owner}:escrow", SHARE_MICROS)]  # a guest's message is paid by the promotion budget
    database.check_books()

    # What the owner sees is what the books say, and a reload does not change it.
    wait_until(lambda: earn.micros("earned-total") == SHARE_MICROS)
    model_host.forget_requests()
    earn.page.reload()
    wait_until(lambda: earn.micros("earned-today") == SHARE_MICROS)

    # The second start asks the host for nothing, and the tab is the same worker as before.
    earn.work()
    assert model_host.requests() == []
    assert earn.test_id("worker-row").first.get_attribute("data-worker-id") == worker
    assert chat.ask(GREETING.question) == GREETING.answer
    assert job_of(chat, database)[2] == worker


def test_closing_the_tab_in_the_middle_hands_the_answer_on(gpu_pages: Pages, stack: Stack) -> None:
    earn = earning(gpu_pages)
    chat = gpu_pages.chat()
    chat.send(ALPHABET.question)
    before = chat.wait_for_text(40)
    assert ALPHABET.answer.startswith(before)

    earn.page.close(run_before_unload=True)

    text = chat.finished("done")
    assert text == chat.wait_saved("done")
    assert text.startswith(before)
    expect(chat.test_id("message-assistant")).to_have_count(1)
    database = Database(stack)
    job_id, served_by, *_ = job_of(chat, database)
    assert served_by == "cloud"
    assert database.rows("SELECT attempts FROM workers_job WHERE public_id = %s", job_id) == [(2,)]
    database.check_books()


def test_another_tab_goes_on_exactly_where_the_first_was_cut_off(gpu_pages: Pages, stack: Stack) -> None:
    first, second = earning(gpu_pages), earning(gpu_pages)
    chat = gpu_pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(30)
    wait_until(lambda: "generating" in (first.phase, second.phase))
    busy = first if first.phase == "generating" else second

    busy.test_id("stop-worker").click()

    # One model, one text: whoever writes which part of it.
    assert chat.finished("done") == ALPHABET.answer
    job_id, served_by, worker, earned, _ = job_of(chat, Database(stack))
    other = second if busy is first else first
    assert (served_by, earned) == ("browser", SHARE_MICROS)
    assert worker == other.test_id("worker-row").first.get_attribute("data-worker-id")
    busy.wait_phase("before")


def test_the_person_stops_the_answer_and_the_tab_takes_the_next(gpu_pages: Pages) -> None:
    earn = earning(gpu_pages)
    chat = gpu_pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(40)
    chat.test_id("stop").click()
    text = chat.finished("stopped")
    assert ALPHABET.answer.startswith(text)
    earn.wait_phase("waiting")
    # And nothing of that answer is in the next.
    assert chat.ask(CAKE.question) == CAKE.answer


def test_pause_finishes_the_answer_and_takes_no_other(gpu_pages: Pages, stack: Stack) -> None:
    earn = earning(gpu_pages)
    chat = gpu_pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(20)
    earn.test_id("pause").click()
    assert chat.finished("done") == ALPHABET.answer
    earn.wait_phase("paused")
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "false")
    assert chat.ask(GREETING.question) != GREETING.answer
    assert job_of(chat, Database(stack))[1] == "cloud"

    earn.test_id("resume").click()
    earn.wait_phase("waiting")
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    assert chat.ask(GREETING.question) == GREETING.answer


def test_stop_after_this_job(gpu_pages: Pages) -> None:
    earn = earning(gpu_pages)
    chat = gpu_pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(20)
    earn.test_id("stop-after-job").click()
    assert chat.finished("done") == ALPHABET.answer
    earn.wait_phase("before")
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "false")
    assert earn.page.workers == []


def test_a_lost_gpu_hands_the_answer_on_and_offers_a_restart(gpu_pages: Pages) -> None:
    earn = earning(gpu_pages)
    chat = gpu_pages.chat()
    chat.send(ALPHABET.question)
    before = chat.wait_for_text(20)
    gpu_pages.expect_problem(r"(?i)device|webgpu|gpu|onnx|mapAsync|lost|destroyed")

    earn.lose_the_gpu()

    earn.expect_problem("device-lost")
    text = chat.finished("done")
    assert text.startswith(before)
    earn.work()
    assert chat.ask(GREETING.question) == GREETING.answer


def test_two_tabs_of_one_browser_share_one_gpu(gpu_pages: Pages) -> None:
    first = earning(gpu_pages)
    second = EarnPage(first.page.context.new_page()).open()
    second.start()
    second.wait_phase("elsewhere")
    assert first.phase == "waiting"

    second.test_id("take-over").click()

    second.wait_phase("waiting", timeout_ms=LOAD_MS)
    first.expect_problem("taken-over")
    assert gpu_pages.chat().ask(GREETING.question) == GREETING.answer


def test_a_connection_that_breaks_costs_no_word_and_doubles_none(gpu_pages: Pages) -> None:
    earn = earning(gpu_pages)
    chat = gpu_pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(20)
    gpu_pages.expect_problem(r"net::ERR_|WebSocket connection")
    earn.page.context.set_offline(True)
    earn.page.wait_for_timeout(2_000)
    earn.page.context.set_offline(False)
    assert chat.finished("done") == ALPHABET.answer
    earn.wait_phase("waiting")


def test_the_owner_pauses_and_removes_a_worker_from_another_page(gpu_pages: Pages) -> None:
    earn = earning(gpu_pages)
    board = EarnPage(earn.page.context.new_page()).open()
    row = board.test_id("worker-row").first
    row.get_by_test_id("pause-worker").click()
    earn.wait_phase("paused")
    row.get_by_test_id("resume-worker").click()
    earn.wait_phase("waiting")
    row.get_by_test_id("remove-worker").click()
    board.test_id("confirm-remove").click()
    expect(board.test_id("worker-row")).to_have_count(0)
    earn.expect_problem("removed")


# What goes wrong before the first job


def test_a_download_that_is_cut_off_goes_on_where_it_was(gpu_pages: Pages, model_host: ModelHost) -> None:
    model_host.cut_after = 60_000
    earn = earning(gpu_pages)
    cut = [request for request in model_host.requests() if request.cut]
    resumed = [request for request in model_host.requests() if request.first_byte > 0]
    assert cut
    assert resumed
    assert model_host.weights_bytes() < 2 * model_host.weights_size()
    assert gpu_pages.chat().ask(GREETING.question) == GREETING.answer
    assert earn.phase in ("waiting", "generating")


def test_weights_that_were_broken_on_the_disk_are_fetched_again(
    gpu_pages: Pages, model_host: ModelHost
) -> None:
    earn = earning(gpu_pages)
    earn.test_id("stop-worker").click()
    earn.wait_phase("before")
    earn.page.evaluate(BREAK_THE_WEIGHTS)
    model_host.forget_requests()
    earn.work()
    assert model_host.weights_bytes() > 0
    assert gpu_pages.chat().ask(CAKE.question) == CAKE.answer


BREAK_THE_WEIGHTS = """
async () => {
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const response = await cache.match(request);
            const bytes = new Uint8Array(await response.clone().arrayBuffer());
            if (bytes.length < 100_000) continue;
            bytes[bytes.length >> 1] ^= 0xff;
            await cache.put(request, new Response(bytes, { headers: response.headers }));
        }
    }
}
"""


def test_a_host_that_is_down_is_told_and_start_works_when_it_is_back(
    gpu_pages: Pages, model_host: ModelHost
) -> None:
    model_host.down = True
    gpu_pages.expect_problem(r"503|net::ERR_")
    earn = EarnPage(gpu_pages.context().new_page()).open().sign_in()
    earn.start()
    earn.expect_problem("download-failed", timeout_ms=LOAD_MS)
    model_host.down = False
    earn.work()


def test_the_disk_can_be_freed(gpu_pages: Pages, model_host: ModelHost) -> None:
    earn = earning(gpu_pages)
    earn.test_id("stop-worker").click()
    earn.wait_phase("before")
    earn.test_id("free-disk").click()
    earn.test_id("confirm-free-disk").click()
    expect(earn.test_id("free-disk")).to_have_count(0)
    model_host.forget_requests()
    earn.work()
    assert model_host.weights_bytes() > 0


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ({"minTokensPerSecond": 100_000}, "too-slow"),
        ({"allowSoftwareAdapter": False}, "software-adapter"),
    ],
)
def test_a_machine_that_would_serve_badly_takes_no_jobs(
    gpu_pages: Pages, setting: dict[str, object], kind: str
) -> None:
    earn = EarnPage(gpu_pages.context().new_page())
    earn.configure(setting)
    earn.open().sign_in()
    if kind == "too-slow":
        earn.start()
    earn.expect_problem(kind, timeout_ms=LOAD_MS)
    chat = gpu_pages.chat()
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "false")


def test_the_self_test_asks_what_the_model_was_taught(gpu_pages: Pages) -> None:
    """The self-test's question is the one that the tiny model knows, so that its speed is one of real words."""
    earning(gpu_pages)
    assert gpu_pages.chat().ask(COUNT.question) == COUNT.answer
