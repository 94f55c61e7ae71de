"""A person's conversations: grouped, found, renamed, pinned, deleted and brought back, exported; and how that looks."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from ashao_site.embedded.stack import Stack

from .chat_page import wait_until
from .conftest import ARTIFACTS, Pages
from .looks import SCHEMES, SIZES, violations
from .people import Person

PICTURES = ARTIFACTS / "conversations"
UNDO_MS = 8_000
"""How long the page waits before it deletes."""
HOSTILE = (
    "<img src=x onerror=\"document.title='broken'\"> says: a sandstone & <b>bold</b> \u202eowl\u202c. " * 3
)
DAYS = {
    "Owls turn their heads": 0,
    "A tent for two": 1,
    "Sandstone or granite": 4,
    "Cakes without sugar": 20,
    "To the sea by train in winter, with a bicycle, two children and much luggage": 400,
}
"""Titles, and how many days ago their conversations were written to."""
SEED = """
import json
from datetime import timedelta
from ashao_site.accounts.models import User
from ashao_site.lib.clock import now
from chat.conversation.models import Conversation, Message
given = json.loads({given!r})
for user in User.objects.filter(public_id__in=given["people"]):
    for title, days in given["days"].items():
        at = now() - timedelta(days=days)
        row = Conversation.objects.create(user=user, title=title, created_at=at, updated_at=at)
        text = given["hostile"] if "Owls" in title else "It depends on what you like."
        asked = Message.objects.create(conversation=row, role="user", content=title + "?")
        told = dict(role="assistant", content=text, tier="pro")
        row.head = Message.objects.create(conversation=row, parent=asked, **told)
        row.save()
"""
PEOPLE = 6

Somebody = Callable[..., Page]


@pytest.fixture(scope="module")
def people(stack: Stack, manage: Callable[..., str]) -> Iterator[list[Person]]:
    """People who have the conversations of `DAYS`, one for each test."""
    signed_in = [Person(stack.base_url).sign_in() for _ in range(PEOPLE)]
    ids = [one.get("/api/me")["user"]["id"] for one in signed_in]
    given = json.dumps({"people": ids, "days": DAYS, "hostile": HOSTILE})
    manage("shell", "--no-imports", "-c", SEED.format(given=given))
    yield signed_in
    for one in signed_in:
        one.http.close()


@pytest.fixture
def somebody(pages: Pages, people: list[Person]) -> Somebody:
    """Opens the chat as one of them, who was not here before."""
    person = people.pop()

    def enter(context: BrowserContext | None = None, path: str = "/", *, stops_time: bool = False) -> Page:
        context = context or pages.context()
        cookies = [
            {"name": name, "value": value, "url": person.base_url}
            for name, value in person.http.cookies.items()
        ]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        if stops_time:
            page.clock.install()
        page.goto(path)
        return page

    return enter


def items(page: Page) -> Locator:
    return page.get_by_test_id("conversation-item")


def item(page: Page, title: str) -> Locator:
    return items(page).filter(has_text=title)


def labels(page: Page) -> list[str]:
    return page.locator(".conversations h2").all_inner_texts()


def act(page: Page, title: str, action: str, *, touch: bool = False) -> None:
    """Choose what the menu of a conversation offers."""
    row = page.locator(".conversation").filter(has_text=title)
    if not touch:
        row.hover()
    row.get_by_test_id("conversation-menu").click()
    page.get_by_test_id(action).click()


def announced(page: Page) -> Locator:
    return page.get_by_test_id("library-announcement")


def saved_titles(page: Page) -> list[str]:
    """What the server has."""
    return [one["title"] for one in page.request.get("/api/chat/conversations").json()["conversations"]]


def test_they_are_grouped_by_time_renamed_and_pinned(somebody: Somebody) -> None:
    page = somebody()
    expect(items(page)).to_have_count(len(DAYS))
    assert labels(page)[:4] == ["Today", "Yesterday", "Previous 7 days", "Previous 30 days"]
    assert len(labels(page)) == len(DAYS)
    expect(items(page).first).to_have_text("Owls turn their heads")

    act(page, "A tent", "rename-conversation")
    page.keyboard.type("A hut")  # the old title is selected
    page.keyboard.press("Enter")
    expect(item(page, "A hut")).to_be_focused()
    expect(announced(page)).to_have_text("Renamed to “A hut”.")
    page.keyboard.press("F2")
    page.keyboard.type("Never mind")
    page.keyboard.press("Escape")
    expect(item(page, "A hut")).to_be_focused()

    page.keyboard.press("Tab")  # the menu, with the keyboard alone
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rename-conversation")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("rename-conversation")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rename-conversation")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(announced(page)).to_have_text("“A hut” is pinned.")
    assert labels(page)[:2] == ["Pinned", "Today"]
    page.keyboard.press("ArrowDown")
    expect(item(page, "Owls")).to_be_focused()

    page.reload()
    expect(items(page).first).to_have_text("A hut")
    act(page, "A hut", "pin-conversation")
    expect(page.locator(".conversations h2").first).to_have_text("Today")
    expect(announced(page)).to_have_text("“A hut” is not pinned any more.")


def test_they_are_found_by_title_and_by_text(somebody: Somebody) -> None:
    page = somebody()
    expect(items(page)).to_have_count(len(DAYS))
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("search")).to_be_focused()
    page.keyboard.type("SANDstone")

    expect(items(page)).to_have_count(2)
    expect(page.get_by_test_id("search-status")).to_have_text("2 conversations found")
    expect(page.locator("mark").first).to_have_text("sandstone")
    expect(page.get_by_test_id("snippet").first).to_contain_text("a sandstone & <b>bold</b>")
    expect(page.locator(".conversations :is(img, b)")).to_have_count(0)
    assert page.title() != "broken"

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(item(page, "Sandstone or granite")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("message-user")).to_contain_text("Sandstone or granite?")
    expect(items(page)).to_have_count(2)  # one looks into one hit after the other

    page.get_by_test_id("search").fill("granite unicorn")
    expect(page.get_by_test_id("search-status")).to_have_text("Nothing found for “granite unicorn”")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("search")).to_have_value("")
    expect(items(page)).to_have_count(len(DAYS))

    page.keyboard.type("depends like")
    page.keyboard.press("Enter")  # at once
    expect(items(page)).to_have_count(4)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("message-user")).to_contain_text("A tent for two?")
    page.get_by_test_id("clear-search").click()
    expect(items(page)).to_have_count(len(DAYS))


def test_a_deletion_can_be_undone_until_its_time_is_over(somebody: Somebody) -> None:
    page = somebody(stops_time=True)
    item(page, "A tent").click()
    expect(page.get_by_test_id("message-user")).to_contain_text("A tent for two?")
    act(page, "A tent", "delete-conversation")
    expect(item(page, "A tent")).to_have_count(0)
    expect(page.get_by_test_id("message-user")).to_have_count(0)
    expect(page.get_by_test_id("undo-toast")).to_contain_text("A tent for two was deleted")
    item(page, "Sandstone").press("Delete")
    expect(item(page, "Cakes")).to_be_focused()
    expect(page.get_by_test_id("undo-toast")).to_contain_text("2 conversations were deleted")
    page.get_by_test_id("undo").click()
    expect(items(page)).to_have_count(len(DAYS))
    expect(page.get_by_test_id("message-user")).to_contain_text("A tent for two?")
    page.clock.fast_forward(2 * UNDO_MS)
    assert len(saved_titles(page)) == len(DAYS)

    act(page, "A tent", "delete-conversation")
    page.clock.fast_forward(UNDO_MS + 1_000)
    expect(page.get_by_test_id("undo-toast")).to_have_count(0)
    wait_until(lambda: "A tent for two" not in saved_titles(page))
    expect(items(page)).to_have_count(len(DAYS) - 1)

    act(page, "Cakes", "delete-conversation")  # and then the page is left
    page.goto("about:blank")
    wait_until(lambda: "Cakes without sugar" not in saved_titles(page))
    page.goto("/")
    expect(items(page)).to_have_count(len(DAYS) - 2)


def test_two_tabs_agree(somebody: Somebody, pages: Pages) -> None:
    first = somebody(stops_time=True)
    second = first.context.new_page()
    second.goto("/")
    item(second, "Owls").click()
    expect(second.get_by_test_id("message-user")).to_contain_text("Owls turn their heads?")

    first.bring_to_front()  # a page that nobody sees is slow
    act(first, "Owls", "delete-conversation")
    expect(item(second, "Owls")).to_have_count(0)
    second.bring_to_front()
    second.get_by_test_id("undo").click()
    for page in (first, second):
        expect(items(page)).to_have_count(len(DAYS))
        expect(page.get_by_test_id("undo-toast")).to_have_count(0)

    first.bring_to_front()
    act(first, "Cakes", "rename-conversation")
    first.keyboard.type("Bread")
    first.keyboard.press("Enter")
    expect(item(second, "Bread")).to_have_count(1)

    pages.expect_problem(r"404")  # the second tab asks for what the first has deleted
    act(first, "Owls", "delete-conversation")
    first.clock.fast_forward(UNDO_MS + 1_000)
    expect(second.get_by_text("This conversation isn’t here")).to_be_visible()
    expect(items(second)).to_have_count(len(DAYS) - 1)


def test_they_are_exported_and_all_deleted_on_a_phone(somebody: Somebody, pages: Pages) -> None:
    width, height = SIZES["phone"]
    page = somebody(pages.context(width=width, height=height, touch=True))
    page.get_by_test_id("menu").click()
    with page.expect_download() as one:
        act(page, "A tent", "export-markdown", touch=True)
    assert one.value.suggested_filename == "ashao-a-tent-for-two.md"
    assert "A tent for two?" in one.value.path().read_text()
    with page.expect_download() as everything:
        page.get_by_test_id("all-menu").click()
        page.get_by_test_id("export-all-json").click()
    exported = json.loads(everything.value.path().read_text())
    assert {one["title"] for one in exported["conversations"]} == set(DAYS)

    act(page, "A tent", "delete-conversation", touch=True)
    page.keyboard.press("Escape")  # closes the drawer; the offer stays
    expect(page.get_by_test_id("search")).to_have_count(0)
    page.get_by_test_id("undo").click()
    page.get_by_test_id("menu").click()
    expect(items(page)).to_have_count(len(DAYS))

    page.get_by_test_id("all-menu").click()
    page.get_by_test_id("delete-all").click()
    page.keyboard.press("Escape")  # closes the question, and not the drawer
    expect(page.get_by_test_id("confirm-delete-all")).to_have_count(0)
    expect(items(page)).to_have_count(len(DAYS))
    page.get_by_test_id("all-menu").click()
    page.get_by_test_id("delete-all").click()
    page.get_by_test_id("confirm-delete-all").click()
    expect(items(page)).to_have_count(0)
    expect(announced(page)).to_have_text("All your conversations were deleted.")
    assert saved_titles(page) == []


def look(page: Page, state: str, size: str) -> None:
    """Take pictures of the page as it is, light and dark, and have axe look at each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=PICTURES / f"{state}-{size}-{scheme}.png")
        assert violations(page) == [], f"{state} on a {size}, {scheme}"
        wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{state} on a {size} is {wider} pixels too wide"


def test_how_it_looks(somebody: Somebody, pages: Pages) -> None:
    for size, (width, height) in SIZES.items():
        touch = size == "phone"
        page = somebody(pages.context(width=width, height=height, touch=touch))
        expect(page.get_by_test_id("composer")).to_be_visible()
        if touch:
            page.get_by_test_id("menu").click()
        else:
            item(page, "Sandstone").click()
        expect(items(page)).to_have_count(len(DAYS))
        look(page, "list", size)
        row = page.locator(".conversation").filter(has_text="A tent")
        row.hover()
        row.get_by_test_id("conversation-menu").click()
        expect(page.get_by_test_id("delete-conversation")).to_be_visible()
        look(page, "menu", size)
        page.keyboard.press("Escape")
        act(page, "A tent", "rename-conversation", touch=touch)
        look(page, "rename", size)
        page.keyboard.press("Escape")
        page.get_by_test_id("search").fill("sandstone")
        expect(items(page)).to_have_count(2)
        look(page, "search", size)
        page.get_by_test_id("search").fill("unicorn")
        expect(page.get_by_test_id("search-status")).to_contain_text("Nothing found")
        look(page, "nothing-found", size)
        page.keyboard.press("Escape")
        page.get_by_test_id("all-menu").click()
        page.get_by_test_id("delete-all").click()
        look(page, "delete-all", size)
        page.keyboard.press("Escape")
        act(page, "To the sea", "delete-conversation", touch=touch)
        expect(page.get_by_test_id("undo-toast")).to_be_visible()
        look(page, "undo", size)
        if touch:
            page.keyboard.press("Escape")
            look(page, "undo-over-chat", size)
        page.get_by_test_id("undo").click()
