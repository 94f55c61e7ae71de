"""An answer's text: everything that Markdown has, what means harm, and conversations that are long."""

import itertools
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Request, expect

from ashao_site.embedded.stack import Stack

from .answer_texts import FAKE_RECEIPT, HOSTILE, RICH, long_conversation
from .chat_page import SHORT, ChatPage
from .conftest import ARTIFACTS, Pages
from .looks import AXE, SCHEMES, SIZES
from .people import Person, ScriptedWorker

PICTURES = ARTIFACTS / "answers"
WATCH = """
window.longest = 0;
new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: "longtask", buffered: true });
"""
"""Notes for how long the page's one thread was held at a time."""
HEAR = """
window.heard = 0;
window.EventSource = class extends EventSource {
    constructor(...how) {
        super(...how);
        this.addEventListener("message", ({ data }) => {
            const { type, value } = JSON.parse(data);
            if (type === "token") window.heard += value.length;
        });
    }
};
"""
"""Counts how much of an answer the page was told."""


def in_pieces(text: str, chars: int) -> list[str]:
    return [text[at : at + chars] for at in range(0, len(text), chars)]


def answered_by(owner: Person, chat: ChatPage, chunks: list[str]) -> None:
    """Ask, and have a worker of theirs say this."""
    with ScriptedWorker(owner) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.send(SHORT)
        worker.answer(worker.claim(), chunks, pause_s=0.01, said=partial(has_come, chat))
        chat.finished("done")


def has_come(chat: ChatPage, text: str) -> None:
    """Wait until the page has so much of the answer, and has drawn it: however slow it is, it is typed there."""
    chat.page.wait_for_function("chars => window.heard >= chars", arg=len(text.encode("utf-16-le")) // 2)


def look(chat: ChatPage, state: str, *, with_axe: bool = True) -> None:
    """Take pictures of the answer, light and dark, on both sizes, and have axe look at each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    chat.page.evaluate(AXE.read_text() + "; 0")
    for scheme in SCHEMES:
        chat.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size, (width, _) in SIZES.items():
            # As high as the answer is, so that all of it is seen.
            chat.page.set_viewport_size({"width": width, "height": 2_400})
            chat.page.screenshot(path=Path(PICTURES / f"{state}-{size}-{scheme}.png"))
            if with_axe:
                assert complaints(chat) == [], f"{state} on a {size}, {scheme}"
            wider: int = chat.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{state} on a {size} is {wider} pixels too wide"
    chat.page.set_viewport_size({"width": 1280, "height": 800})


def complaints(chat: ChatPage) -> list[str]:
    """What axe finds in the conversation."""
    found: list[dict[str, Any]] = chat.page.evaluate(
        "axe.run('.messages').then((result) => result.violations)"
    )
    return [f"{violation['id']}: {violation['nodes'][0]['html'][:300]}" for violation in found]


def requests_of(chat: ChatPage) -> list[str]:
    """The addresses that the page asks for from now on."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        addresses.append(request.url)

    chat.page.on("request", note)
    return addresses


def test_an_answer_with_everything_in_it(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    context = pages.context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.add_init_script(HEAR)
    chat = pages.chat(context=context)
    asked = requests_of(chat)
    scripts = "performance.getEntriesByType('resource').map((e) => e.name).join()"
    before: str = chat.page.evaluate(scripts)
    assert not re.search(r"/(formula|highlight)-", before), "loaded before an answer needs it"
    # Each height that the answer's text has while it is typed, and the first block, to be known again.
    chat.page.evaluate("""() => {
        window.heights = [];
        new MutationObserver(() => {
            const text = document.querySelector('.message-assistant .markdown');
            if (text === null) return;
            window.heights.push(text.offsetHeight);
            if (text.children.length > 2) window.first ??= text.children[0];
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")

    answered_by(bob, chat, in_pieces(RICH, 24))

    text = chat.answer.locator(".message-text")
    expect(text.locator("math")).to_have_count(4)
    expect(text.locator("pre .hljs-keyword").first).to_be_visible()
    assert chat.page.evaluate("document.contains(window.first)"), "a finished block was drawn anew"
    heights: list[int] = chat.page.evaluate("window.heights")
    assert len(heights) > 30
    drops = [earlier - later for earlier, later in itertools.pairwise(heights)]
    assert max(drops) <= 34, "the text jumped while it was typed"  # a line at most, as when a mark closes

    expect(text.locator("h3")).to_have_text("How an owl turns its head")
    expect(text.locator("ol > li")).to_have_count(3)
    expect(text.locator("ul ul > li, ol ul ul > li")).to_have_count(1)
    expect(text.locator(".task-box")).to_have_count(2)
    expect(text.locator("tbody tr")).to_have_count(3)
    expect(text.locator("blockquote blockquote")).to_have_text("And one within it.")
    expect(text.locator(".code-language")).to_have_text("python")
    expect(text.locator("b, img")).to_have_count(0)
    expect(text).to_contain_text("it costs $5 or $6.")
    link = text.get_by_role("link", name="this page")
    expect(link).to_have_attribute("href", "https://example.com/owls/necks")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener.*nofollow"))
    expect(link).to_contain_text("(example.com)")
    expect(text.locator(".image-link")).to_contain_text("Image: An owl that looks back (images.example.com)")

    chat.test_id("copy-code").click()
    code = RICH.partition("```python\n")[2].partition("\n```")[0]
    assert chat.page.evaluate("navigator.clipboard.readText()") == code
    chat.test_id("copy-answer").click()
    assert chat.page.evaluate("navigator.clipboard.readText()") == RICH
    expect(chat.test_id("copy-answer")).to_contain_text("Copied")

    receipt = chat.test_id("receipt")
    expect(receipt).to_contain_text("Answered by a volunteer’s machine")
    expect(receipt).to_contain_text("scripted")
    assert bob.wallet.address not in chat.page.content()
    up, down = chat.test_id("rate-up"), chat.test_id("rate-down")
    up.focus()
    chat.page.keyboard.press("Enter")
    expect(up).to_have_attribute("aria-pressed", "true")
    down.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    chat.page.wait_for_load_state("networkidle")
    chat.page.reload()
    expect(chat.test_id("rate-down")).to_have_attribute("aria-pressed", "true")
    expect(chat.test_id("receipt")).to_contain_text("scripted")
    expect(text.locator("math")).to_have_count(4)
    expect(text.locator("pre .hljs-keyword").first).to_be_visible()

    look(chat, "rich")
    assert [url for url in asked if not url.startswith((stack.base_url, "data:"))] == []


def test_an_answer_that_means_harm_does_nothing_but_look_odd(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    context = pages.context()
    context.add_init_script(WATCH + HEAR)
    chat = pages.chat(context=context)
    asked = requests_of(chat)
    address = chat.page.url

    answered_by(bob, chat, in_pieces(HOSTILE, 4_000))

    text = chat.answer.locator(".message-text")
    expect(text.locator(".show-rest").last).to_be_visible()
    longest: float = chat.page.evaluate("window.longest")
    print(f"hostile answer of {len(HOSTILE) // 1000} kB: the page was held for {longest:.0f} ms at most")
    chat.page.evaluate("document.querySelector('.scroller').scrollTop = 0")
    look(chat, "hostile", with_axe=False)
    chat.page.get_by_role("button", name=re.compile("Show all")).first.click()

    assert chat.page.evaluate("window.hacked") is None
    expect(
        text.locator("script, img, svg:not(.icon), style, meta, iframe, [onclick], [onerror]")
    ).to_have_count(0)
    hrefs: list[str] = text.locator("a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    assert hrefs
    assert all(href.startswith("https://") for href in hrefs)
    expect(text.get_by_role("link", name="https://ashao.example/login")).to_contain_text("(evil.example)")
    expect(text).to_contain_text("<script>window.hacked = 1</script>")
    expect(text).to_contain_text("if (a‹U+202E›) ‹U+2066›{")

    expect(text).to_contain_text(FAKE_RECEIPT)
    receipt = chat.test_id("receipt")
    expect(receipt).to_have_count(1)
    expect(receipt).to_contain_text("scripted")
    expect(text.locator(".receipt")).to_have_count(0)
    # The real one isn't covered by anything that the answer draws.
    receipt.evaluate("slip => slip.scrollIntoView({ block: 'center' })")
    expect(chat.page.locator(".to-end")).to_have_count(0)
    assert receipt.evaluate("""(slip) => {
        const { left, top, width, height } = slip.getBoundingClientRect();
        return slip.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    }""")

    chat.composer.press_sequentially("still here")
    expect(chat.composer).to_have_value("still here")
    assert chat.page.url.startswith(address), "the answer led elsewhere"
    assert [url for url in asked if not url.startswith((stack.base_url, "data:"))] == []


def test_it_scrolls_along_until_the_reader_scrolls_away(pages: Pages, stack: Stack) -> None:
    bob = Person(stack.base_url).sign_in()
    chat = pages.chat(context=pages.context(height=500))
    left = "(s => s.scrollHeight - s.scrollTop - s.clientHeight)(document.querySelector('.scroller'))"
    with ScriptedWorker(bob) as worker:
        expect(chat.test_id("network-status")).to_have_attribute("data-online", "true")
        chat.send(SHORT)
        claimed = worker.claim()
        held = {"jobId": claimed["job"]["id"], "lease": claimed["lease"]["token"]}
        worker.call("token", **held, seq=0, value="A paragraph of an answer.\n\n" * 30)
        chat.wait_for_text(500)
        chat.page.wait_for_function(f"{left} < 5")

        chat.page.mouse.move(640, 200)
        chat.page.mouse.wheel(0, -400)
        to_end = chat.page.get_by_role("button", name="Latest")
        expect(to_end).to_be_visible()
        top: float = chat.page.evaluate("document.querySelector('.scroller').scrollTop")
        worker.call("token", **held, seq=1, value="More of it.\n\n" * 20)
        expect(chat.answer).to_contain_text("More of it.")
        assert abs(chat.page.evaluate("document.querySelector('.scroller').scrollTop") - top) < 2

        to_end.click()
        chat.page.wait_for_function(f"{left} < 5")
        worker.call("token", **held, seq=2, value="And the end.\n\n" * 20)
        worker.call("complete", **held, tokens=3)
        chat.finished("done")
    expect(to_end).to_have_count(0)
    chat.page.wait_for_function(f"{left} < 5")
    expect(chat.page.locator("[aria-live=polite]").filter(has_text="And the end.")).to_have_count(1)


def opened_conversation(pages: Pages, messages: int) -> ChatPage:
    """A conversation of so many messages of 2 kB, open at its end."""
    context = pages.context()
    context.add_init_script(WATCH)
    body = json.dumps(long_conversation(messages, 2_000))
    context.route(
        "**/api/chat/conversations/conv_long",
        lambda route: route.fulfill(body=body, content_type="application/json"),
    )
    chat = pages.chat("/c/conv_long", context=context)
    expect(chat.answer.locator(".markdown")).to_contain_text(f"Answer {messages - 1}")
    return chat


def test_a_long_conversation_opens_scrolls_and_lets_one_type(pages: Pages) -> None:
    messages = 1_000
    short = opened_conversation(pages, 10)
    chat = opened_conversation(pages, messages)
    opened: float = chat.page.evaluate("performance.now()")
    held: float = chat.page.evaluate("window.longest")
    left = "(s => s.scrollHeight - s.scrollTop - s.clientHeight)(document.querySelector('.scroller'))"
    chat.page.wait_for_function(f"{left} < 5")

    typed, work = slowest_key(chat), work_of_typing(chat)
    frames = slowest_frame_of_a_scroll(chat)
    scrolled: float = chat.page.evaluate(left)
    drawn = chat.page.locator(".markdown").count()
    print(
        f"{messages} messages of 2 kB: open after {opened:.0f} ms, held for {held:.0f} ms at most; "
        f"a key takes {typed:.0f} ms at most ({work:,} calls in ten keys), "
        f"a frame of a scroll {frames:.0f} ms; {drawn} answers drawn in full"
    )
    assert work < 4 * work_of_typing(short), "what a key costs grows with the conversation"
    assert scrolled > 20_000, "it went back to the end"
    assert 3 < drawn < messages / 4, "what is out of sight is drawn all the same"


def work_of_typing(chat: ChatPage) -> int:
    """How many functions of the page's scripts run while ten keys are typed: of its work, what no clock measures."""
    session = chat.page.context.new_cdp_session(chat.page)
    session.send("Profiler.enable")
    session.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})
    chat.composer.press_sequentially("ten keys !")
    chat.page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => done(true)))")
    scripts = session.send("Profiler.takePreciseCoverage")["result"]
    session.detach()
    ours = (script["functions"] for script in scripts if "/static/" in script["url"])
    return sum(part["count"] for functions in ours for one in functions for part in one["ranges"][:1])


def slowest_key(chat: ChatPage) -> float:
    """From a key to the next frame, in milliseconds."""
    chat.composer.focus()
    chat.page.evaluate("""() => {
        window.slowest = 0;
        addEventListener('keydown', () => {
            const at = performance.now();
            requestAnimationFrame(() => setTimeout(() => {
                window.slowest = Math.max(window.slowest, performance.now() - at);
            }));
        });
    }""")
    chat.composer.press_sequentially("what a long conversation", delay=20)
    slowest: float = chat.page.evaluate("window.slowest")
    return slowest


def slowest_frame_of_a_scroll(chat: ChatPage) -> float:
    """Of sixty steps upward; in milliseconds."""
    slowest: float = chat.page.evaluate("""async () => {
        const scroller = document.querySelector('.scroller');
        let slowest = 0, last = performance.now();
        for (let step = 0; step < 60; step += 1) {
            scroller.scrollTop -= 600;
            await new Promise((done) => requestAnimationFrame(done));
            slowest = Math.max(slowest, performance.now() - last);
            last = performance.now();
        }
        return slowest;
    }""")
    return slowest
