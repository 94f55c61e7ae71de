"""Signing in with a wallet, and what a balance does."""

from eth_account.signers.local import LocalAccount
from playwright.sync_api import BrowserContext, expect

from .chat_page import LONG, SHORT, ChatPage
from .conftest import Pages
from .people import new_wallet, personal_sign

PROVIDER = """
const provider = { request: ({ method, params }) => window.aliceWallet(method, params ?? []) };
const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({
    info: { uuid: "1c9a1c0e-7c5d-4b7e-9f5d-3c8f6a0d2b11", name: "Wallet of alice", rdns: "org.example.alice",
            icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>" },
    provider,
}) }));
addEventListener("eip6963:requestProvider", announce);
announce();
"""


def give_wallet(context: BrowserContext, wallet: LocalAccount) -> None:
    """An EIP-1193 wallet in that browser, announced as EIP-6963 says; it answers in lower case, as some do."""

    def answer(method: str, params: list[str]) -> object:
        if method == "eth_requestAccounts":
            return [wallet.address.lower()]
        assert method == "personal_sign", method
        assert params[1] == wallet.address
        return personal_sign(wallet, bytes.fromhex(params[0].removeprefix("0x")))

    context.expose_function("aliceWallet", answer)
    context.add_init_script(PROVIDER)


def wallet_of(chat: ChatPage) -> str:
    wallet: str = chat.page.request.get("/api/me").json()["user"]["wallet"]
    return wallet


def test_sign_in_with_a_wallet_and_pay_for_an_answer(pages: Pages) -> None:
    alice = new_wallet()
    context = pages.context()
    give_wallet(context, alice)
    chat = pages.chat(context=context)

    chat.test_id("sign-in").click()
    chat.test_id("wallet-option").get_by_text("Wallet of alice").click()
    chat.balance_is(500)
    assert wallet_of(chat) == alice.address
    expect(chat.test_id("guest-remaining")).to_have_count(0)

    chat.ask(SHORT, tier="pro")
    chat.balance_is(490)
    chat.ask("And why is that so?", tier="max")
    chat.balance_is(475)

    chat.page.reload()
    chat.balance_is(475)
    expect(chat.test_id("message-assistant")).to_have_count(2)


def test_a_balance_changes_by_itself(pages: Pages) -> None:
    chat = pages.chat()
    chat.sign_in()
    chat.balance_is(500)

    chat.page.route("**/api/me", lambda route: route.abort())  # so that it can only come by the WebSocket
    pages.expect_problem(r"net::ERR_.*/api/me")
    other_tab = pages.chat(context=chat.page.context)
    other_tab.ask(SHORT)

    chat.balance_is(490)


def test_a_guest_signs_in_in_the_middle_of_a_conversation(pages: Pages) -> None:
    chat = pages.chat()
    chat.ask(SHORT)
    chat.composer.fill("A thought that is not finished")

    address = chat.page.url
    chat.test_id("sign-in").click()
    said = chat.test_id("welcome")
    expect(said).to_contain_text(
        "A wallet that is new here gets 500 free credits, enough for about 50 answers."
    )
    expect(said).to_contain_text("free messages a day; new ones come at")
    expect(said).to_contain_text("The conversation that you began here as a guest will be kept")
    chat.page.keyboard.press("Escape")
    chat.sign_in()

    expect(chat.test_id("message-user")).to_have_count(1)
    expect(chat.test_id("conversation-item")).to_have_count(1)
    expect(chat.composer).to_have_value("A thought that is not finished")
    expect(chat.test_id("error")).to_have_count(0)
    assert chat.page.url == address
    chat.test_id("send").click()
    expect(chat.test_id("message-assistant")).to_have_count(2)
    chat.finished("done")
    chat.balance_is(490)
    chat.page.reload()
    expect(chat.test_id("message-user")).to_have_count(2)


def test_an_answer_goes_on_while_a_guest_signs_in(pages: Pages) -> None:
    chat = pages.chat()
    chat.send(LONG)
    expect(chat.test_id("message-assistant").last).to_contain_text(" ")
    chat.sign_in()
    chat.finished("done")
    expect(chat.test_id("message-user")).to_have_count(1)
    chat.page.reload()
    chat.finished("done")
    chat.balance_is(500)


def test_who_declines_in_the_wallet_is_not_signed_in(pages: Pages) -> None:
    context = pages.context()
    context.add_init_script(
        PROVIDER.replace("window.aliceWallet(method, params ?? [])", "Promise.reject({ code: 4001 })")
    )
    chat = pages.chat(context=context)
    chat.test_id("sign-in").click()
    chat.test_id("wallet-option").click()
    expect(chat.test_id("error")).to_contain_text("You declined the request")
    chat.page.keyboard.press("Escape")
    expect(chat.test_id("sign-in")).to_be_visible()


def test_conversations_can_be_deleted_and_signing_out_leaves_nothing(pages: Pages) -> None:
    chat = pages.chat()
    pages.expect_problem(r"401.*/api/chat/conversations\)")  # the list may be on its way at the sign-out
    chat.sign_in()
    chat.ask("Hello!")
    chat.page.get_by_test_id("conversation-item").hover()
    chat.test_id("conversation-menu").click()
    chat.test_id("delete-conversation").click()
    expect(chat.test_id("conversation-item")).to_have_count(0)
    expect(chat.test_id("message-user")).to_have_count(0)

    chat.ask("Hello again!")
    chat.test_id("sign-out").click()
    expect(chat.test_id("sign-in")).to_be_visible()
    expect(chat.test_id("conversation-item")).to_have_count(0)
    expect(chat.test_id("message-user")).to_have_count(0)
