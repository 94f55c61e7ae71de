"""A tab that earns: a real model on WebGPU answers people, and its owner is paid."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Request, expect

from ashao_site.embedded.stack import Stack
from tests.stack.support import Database
from tests.tiny_model.chats import ALPHABET, CAKE, GREETING
from tests.tiny_model.host import ModelHost

from .chat_page import wait_until
from .conftest import Pages
from .earn_page import LOAD_MS, EarnPage, served, worker_of

pytestmark = pytest.mark.timeout(1_500)

SHARE_MICROS = 70_000
PAGE_SCRIPT_MAX_BYTES = 120_000


@pytest.fixture(autouse=True)
def plain_host(model_host: ModelHost) -> Iterator[None]:
    """Each test finds a host that does as it is asked, and has forgotten what others asked of it."""
    model_host.reset()
    yield
    model_host.reset()


@pytest.fixture(scope="module")
def owners_browser(stack: Stack, gpu_chromium: Browser) -> Iterator[Pages]:
    """Charlie's browser: several tests use its tab, since compiling a model takes its time."""
    opened = Pages(gpu_chromium, stack.base_url)
    yield opened
    opened.close(None)
    assert opened.unexpected() == []


@pytest.fixture(scope="module")
def owners_tab(owners_browser: Pages) -> EarnPage:
    return EarnPage(owners_browser.context().new_page()).open().sign_in()


@pytest.fixture
def tab(owners_tab: EarnPage) -> Iterator[EarnPage]:
    """A tab that waits for a question. After the test it rests: no other test meets it."""
    if owners_tab.phase == "paused":
        owners_tab.test_id("resume").click()
    elif owners_tab.phase not in ("waiting", "generating"):
        owners_tab.work()
    owners_tab.wait_phase("waiting")
    yield owners_tab
    if owners_tab.phase in ("waiting", "generating"):
        owners_tab.test_id("pause").click()
        owners_tab.wait_phase("paused")


@pytest.fixture
def another(gpu_pages: Pages) -> Iterator[Callable[[], EarnPage]]:
    """Opens the Earn page in a browser of its own; what still works there after the test is stopped."""
    opened: list[EarnPage] = []

    def open_one() -> EarnPage:
        opened.append(EarnPage(gpu_pages.context().new_page()))
        return opened[-1]

    yield open_one
    for earn in opened:
        if not earn.page.is_closed() and earn.phase in ("waiting", "generating", "paused"):
            earn.test_id("stop-worker").click()
            earn.wait_phase("before")


# Before Start


def test_before_start_nothing_of_the_engine_is_loaded(gpu_pages: Pages, model_host: ModelHost) -> None:
    page = gpu_pages.context().new_page()
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - Playwright marks its handlers
    EarnPage(page).open()
    expect(page.get_by_test_id("start-worker")).to_be_enabled()
    page.wait_for_load_state("networkidle")
    sizes = [r.sizes()["responseBodySize"] for r in requests if r.url.endswith(".js")]

    print(
        f"\n/earn before Start: {sum(sizes) / 1000:.1f} kB of JavaScript, compressed, {len(requests)} requests"
    )
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
    earn.test_id("offer-native").click()
    earn.test_id("make-key").click()
    expect(earn.test_id("worker-command")).to_have_value(re.compile(r"ASHAO_API_KEY=ak_\w+"))


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ({"minTokensPerSecond": 100_000}, "too-slow"),
        ({"allowSoftwareAdapter": False}, "software-adapter"),
    ],
)
def test_a_machine_that_would_serve_badly_takes_no_jobs(
    another: Callable[[], EarnPage], setting: dict[str, object], kind: str
) -> None:
    earn = another()
    earn.configure(setting)
    earn.open().sign_in()
    if kind == "too-slow":
        earn.start()
    earn.expect_problem(kind, timeout_ms=LOAD_MS)
    assert earn.page.request.get("/api/worker/stats").json()["workers"] == []


# One tab that works


def test_a_tab_answers_on_the_gpu_and_is_paid(
    tab: EarnPage, pages: Pages, stack: Stack, model_host: ModelHost
) -> None:
    before = tab.dispatches()
    assert before > 0, "the self-test did not run on the GPU"

    chat = pages.chat()
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    assert chat.ask(CAKE.question) == CAKE.answer
    assert chat.wait_saved("done") == CAKE.answer
    assert tab.dispatches() - before > len(CAKE.answer)

    database = Database(stack)
    job = served(chat, database)
    assert (job.by, job.worker, job.earned) == ("browser", worker_of(tab), SHARE_MICROS)
    paid = database.rows(
        "SELECT a.address, e.amount_micros FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id"
        " JOIN ledger_transfer t ON t.id = e.transfer_id"
        " WHERE t.reference = %s AND t.kind = 'job' AND a.address LIKE 'user:%%'",
        job.job_id,
    )
    ((owner,),) = database.rows("SELECT owner_id FROM workers_worker WHERE public_id = %s", job.worker)
    assert paid == [
        (f"user:{owner}:escrow", SHARE_MICROS)
    ]  # a guest's message is paid by the promotion budget
    database.check_books()

    # What the owner sees is what the books say, and a reload does not change it.
    wait_until(lambda: tab.micros("earned-total") == SHARE_MICROS)
    model_host.forget_requests()
    tab.page.reload()
    wait_until(lambda: tab.micros("earned-today") == SHARE_MICROS)

    # The second start asks the host for nothing, and the tab is the same worker as before.
    tab.work()
    assert model_host.requests() == []
    assert worker_of(tab) == job.worker
    assert chat.ask(GREETING.question) == GREETING.answer
    assert served(chat, database).worker == job.worker


def test_the_person_stops_the_answer_and_the_tab_takes_the_next(tab: EarnPage, pages: Pages) -> None:
    chat = pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(40)
    chat.test_id("stop").click()
    text = chat.finished("stopped")
    assert ALPHABET.answer.startswith(text)
    tab.wait_phase("waiting")
    # And nothing of that answer is in the next.
    assert pages.chat().ask(CAKE.question) == CAKE.answer


def test_a_connection_that_breaks_costs_no_word_and_doubles_none(
    tab: EarnPage, owners_browser: Pages, pages: Pages
) -> None:
    chat = pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(20)
    owners_browser.expect_problem(r"net::ERR_|WebSocket connection")
    tab.page.context.set_offline(True)
    tab.page.wait_for_timeout(2_000)
    tab.page.context.set_offline(False)
    assert chat.finished("done") == ALPHABET.answer
    tab.wait_phase("waiting")


def test_pause_finishes_the_answer_and_takes_no_other(tab: EarnPage, pages: Pages, stack: Stack) -> None:
    chat = pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(20)
    tab.test_id("pause").click()
    assert chat.finished("done") == ALPHABET.answer
    tab.wait_phase("paused")
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "false")
    assert chat.ask(GREETING.question) != GREETING.answer
    assert served(chat, Database(stack)).by == "cloud"

    tab.test_id("resume").click()
    tab.wait_phase("waiting")
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
    assert chat.ask(GREETING.question) == GREETING.answer


def test_another_tab_goes_on_exactly_where_the_first_was_cut_off(
    tab: EarnPage, another: Callable[[], EarnPage], pages: Pages, stack: Stack
) -> None:
    other = another().open().sign_in().work()
    chat = pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(30)
    wait_until(lambda: "generating" in (tab.phase, other.phase))
    busy, idle = (tab, other) if tab.phase == "generating" else (other, tab)

    busy.test_id("stop-worker").click()

    # One model, one text: whoever writes which part of it.
    assert chat.finished("done") == ALPHABET.answer
    job = served(chat, Database(stack))
    assert (job.by, job.worker, job.earned) == ("browser", worker_of(idle), SHARE_MICROS)
    assert job.attempts == 2
    busy.wait_phase("before")


def test_stop_after_this_job(tab: EarnPage, pages: Pages) -> None:
    chat = pages.chat()
    chat.send(ALPHABET.question)
    chat.wait_for_text(20)
    tab.test_id("stop-after-job").click()
    assert chat.finished("done") == ALPHABET.answer
    tab.wait_phase("before")
    expect(chat.test_id("network-status")).to_have_attribute("data-online", "false")
    wait_until(lambda: tab.page.workers == [])


def test_a_lost_gpu_hands_the_answer_on_and_offers_a_restart(
    tab: EarnPage, owners_browser: Pages, pages: Pages
) -> None:
    chat = pages.chat()
    chat.send(ALPHABET.question)
    before = chat.wait_for_text(20)
    owners_browser.expect_problem(r"(?i)device|webgpu|gpu|onnx|mapAsync|lost|destroyed")

    tab.lose_the_gpu()

    tab.expect_problem("device-lost")
    assert chat.finished("done").startswith(before)
    tab.work()
    # In a conversation of its own: with what the cloud wrote, that one is more than the tab can read.
    assert pages.chat().ask(GREETING.question) == GREETING.answer


def test_the_owner_pauses_and_removes_a_worker_from_another_page(
    tab: EarnPage, owners_browser: Pages
) -> None:
    board = EarnPage(tab.page.context.new_page()).open()
    row = board.test_id("worker-row").first
    row.get_by_test_id("pause-worker").click()
    tab.wait_phase("paused")
    row.get_by_test_id("resume-worker").click()
    tab.wait_phase("waiting")
    owners_browser.expect_problem(r"401 \(Unauthorized\).*/api/worker/")
    row.get_by_test_id("remove-worker").click()
    board.test_id("confirm-remove").click()
    expect(board.test_id("worker-row")).to_have_count(0)
    tab.expect_problem("removed")
    board.page.close()


def test_two_tabs_of_one_browser_share_one_gpu(tab: EarnPage, pages: Pages) -> None:
    second = EarnPage(tab.page.context.new_page()).open()
    second.start()
    second.wait_phase("elsewhere")
    assert tab.phase == "waiting"

    second.test_id("take-over").click()

    second.wait_phase("waiting", timeout_ms=LOAD_MS)
    tab.expect_problem("taken-over")
    assert pages.chat().ask(GREETING.question) == GREETING.answer
    second.page.close(run_before_unload=True)


def test_closing_the_tab_in_the_middle_hands_the_answer_on(
    another: Callable[[], EarnPage], pages: Pages, stack: Stack
) -> None:
    tab = another().open().sign_in().work()
    chat = pages.chat()
    chat.send(ALPHABET.question)
    before = chat.wait_for_text(40)
    assert ALPHABET.answer.startswith(before)

    tab.page.close(run_before_unload=True)

    text = chat.finished("done")
    assert text == chat.wait_saved("done")
    assert text.startswith(before)
    expect(chat.test_id("message-assistant")).to_have_count(1)
    database = Database(stack)
    job = served(chat, database)
    assert (job.by, job.attempts) == ("cloud", 2)
    database.check_books()


def test_weights_come_whole_whatever_happens_to_them(
    another: Callable[[], EarnPage], gpu_pages: Pages, pages: Pages, model_host: ModelHost
) -> None:
    gpu_pages.expect_problem(r"503|net::ERR_")
    tab = another().open().sign_in()

    # The host is down: it is said, and Start again works once it is back, also when the connection breaks.
    model_host.down = True
    tab.start()
    tab.expect_problem("download-failed", timeout_ms=LOAD_MS)
    model_host.reset()
    model_host.bytes_per_second = 300_000
    model_host.cut_after, model_host.cut_times = 150_000, 3
    tab.work()
    requests = model_host.requests()
    assert [request for request in requests if request.cut]
    assert [request for request in requests if request.first_byte > 0]
    assert model_host.weights_bytes() < 1.5 * model_host.weights_size()
    assert pages.chat().ask(GREETING.question) == GREETING.answer

    # The disk breaks a part: it alone is fetched again.
    tab.test_id("stop-worker").click()
    tab.wait_phase("before")
    assert tab.break_the_weights() == 1
    model_host.forget_requests()
    tab.work()
    assert 0 < model_host.weights_bytes() <= model_host.weights_size() + 1
    assert pages.chat().ask(CAKE.question) == CAKE.answer

    # The disk is freed: everything comes anew.
    tab.test_id("stop-worker").click()
    tab.wait_phase("before")
    tab.test_id("free-disk").click()
    tab.test_id("confirm-free-disk").click()
    expect(tab.test_id("free-disk")).to_have_count(0)
    assert tab.page.evaluate("caches.keys()") == []
