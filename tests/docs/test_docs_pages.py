"""The documentation on the site: every page is there, every link leads somewhere, and nothing else is served."""

import json
import os
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import Resolver404, resolve
from django_vite.core.asset_loader import DjangoViteAssetLoader

from ashao_site.docs_site import links, views
from ashao_site.docs_site.catalogue import BY_NAME, DOCS, FILES, Entry, entries
from ashao_site.docs_site.diagrams import Arrow, arrows
from ashao_site.docs_site.markdown import render, slug_of
from ledger.books.money import STAKED_SHARE_BPS, WHOLE_BPS, WORKER_SHARE_BPS, format_usd
from ledger.grants.actions import SIGNUP_GRANT_CREDITS
from workers.jobs.pricing import PRICE_CREDITS, price_micros

ALL = pytest.mark.parametrize("entry", list(entries()), ids=lambda entry: entry.name)


@pytest.fixture(autouse=True)
def built(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A build of the pages that has the style sheet in it, and nothing else."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"src/docs/docs.css": {"file": "assets/docs.css", "isEntry": True}}))
    settings.DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": manifest}}
    monkeypatch.setattr(DjangoViteAssetLoader, "_instance", None)


class Page(HTMLParser):
    """What a page has in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(found)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.hrefs.append(str(found.get("href")))
        if tag == "img":
            self.images.append(found)


def get(path: str) -> tuple[int, str]:
    """Without a database: no test here asks for one, and pytest-django lets none be used."""
    response = Client().get(path)
    return response.status_code, response.content.decode()


@ALL
def test_every_page_is_there(entry: Entry) -> None:
    response = Client().get(entry.url)
    assert response.status_code == 200
    assert "csrftoken" in response.cookies
    html = response.content.decode()
    assert f"<title>{entry.title} · ashao docs</title>" in html
    assert '<link rel="stylesheet" href="/static/assets/docs.css">' in html
    description = re.search(r'<meta name="description" content="([^"]+)">', html)
    assert description is not None
    assert description[1] == entry.about
    page = Page(html)
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1
    assert len(set(page.ids)) == len(page.ids)
    assert html.count(f'href="{entry.url}" aria-current="page"') == 1
    assert "(begins)" in html if entry.name == "architecture" else True
    assert "[*]" not in html  # every diagram was understood


@ALL
def test_what_a_strict_policy_refuses_is_not_there(entry: Entry) -> None:
    page = Page(get(entry.url)[1])
    assert not {"script", "style", "iframe", "object"} & set(page.tags)
    assert [name for name in page.attributes if name == "style" or name.startswith("on")] == []


@ALL
def test_every_link_leads_somewhere(entry: Entry) -> None:
    page = Page(get(entry.url)[1])
    assert [href for href in page.hrefs if not leads_somewhere(href, page)] == []
    for image in page.images:
        name = str(image["src"]).removeprefix("/static/")
        assert finders.find(name), name
        assert image["alt"]
        assert int(str(image["width"])) > 0
        assert int(str(image["height"])) > 0


def leads_somewhere(href: str, page: Page) -> bool:
    if href.startswith(("https://", "http://")):
        return True
    path, _, anchor = href.partition("#")
    if not path:
        return anchor in page.ids
    name = path.removeprefix("/docs/")
    if path.startswith("/docs/files/"):
        return path.removeprefix("/docs/files/") in FILES
    if name != path:
        return name in BY_NAME and (not anchor or anchor in views.document(BY_NAME[name]).anchors)
    try:
        return path.startswith("/") and resolve(path) is not None
    except Resolver404:
        return False


def test_every_document_is_a_page() -> None:
    assert set(DOCS.glob("*.md")) <= {entry.source for entry in entries()}


def test_the_list_of_pages_has_them_all() -> None:
    status, html = get("/docs")
    assert status == 200
    hrefs = Page(html).hrefs
    for entry in entries():
        assert hrefs.count(entry.url) == 2, "in the list beside the text, and in the text"
        assert entry.about.replace("'", "&#x27;") in html
    assert {"/", "/earn", "/stake", "/treasury", "/api/docs"} <= set(hrefs)
    response = Client().get("/docs/")
    assert (response.status_code, response.headers["Location"]) == (301, "/docs")


def test_pages_follow_one_another() -> None:
    order = list(entries())
    for before, after in pairwise(order):
        assert f'rel="next" href="{after.url}"' in get(before.url)[1]
        assert f'rel="prev" href="{before.url}"' in get(after.url)[1]
    assert 'rel="prev"' not in get(order[0].url)[1]
    assert 'rel="next"' not in get(order[-1].url)[1]


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "../README",
        "../README.md",
        "..%2fREADME.md",
        "%2e%2e/%2e%2e/etc/passwd",
        "%252e%252e%252fetc%252fpasswd",
        "..",
        "%2e",
        "/etc/passwd",
        "architecture.md",
        "Architecture",
        "architecture/",
        "architecture%00",
        "architecture%0a",
        "a%0ab",
        "%ff%fe",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "images/chat-answer.png",
        "examples/minimal_worker.py",
        "files/../catalogue.py",
        "files/..%2f..%2fmanage.py",
        "files/README.md",
        "files/",
        "a" * 5_000,
    ],
)
def test_nothing_else_is_served(name: str) -> None:
    status, html = get(f"/docs/{name}")
    assert status == 404
    assert "There is no such page" in html
    assert 'href="/docs/how-it-works"' in html
    assert "<script" not in html
    assert "alert(1)" not in html


def test_only_looking_is_allowed() -> None:
    for path in ("/docs", "/docs/faq", "/docs/files/minimal_worker.py"):
        assert Client().post(path).status_code == 405
        assert Client().head(path).status_code == 200


def test_an_example_is_plain_text() -> None:
    response = Client().get("/docs/files/minimal_worker.py")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.content == FILES["minimal_worker.py"].read_bytes()


def drawn(text: str) -> str:
    return render(text, source=DOCS / "faq.md").html


def test_html_in_a_document_is_text() -> None:
    html = drawn(
        "<script>alert(1)</script>\n\na <b onclick=x>b</b> <!-- c -->\n\n```\n</code><i>\n```\n\n`<i>`"
    )
    assert Page(html).tags == ["p", "p", "pre", "code", "p", "code"]
    assert "&lt;script&gt;" in html
    hostile = [
        "| <i>a</i> |\n|---|\n| b |",
        "# <i>h</i>",
        '[<i>t</i>](x"onclick=y.md)',
        '![<i>"onload=x](images/none.png)',
        "```mermaid\nflowchart LR\n  a[<i>] -- <i> --> b\n```",
    ]
    page = Page(drawn("\n\n".join(hostile)))
    assert "i" not in page.tags
    assert not {"onclick", "onload"} & page.attributes


def test_addresses_that_run_or_fetch_are_no_links() -> None:
    for href in (
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example/x",
        "\\\\evil",
    ):
        assert not [one for one in Page(drawn(f"[a]({href})")).hrefs if one], href
    assert Page(drawn("![a](https://evil.example/x.png) ![b](../../etc/passwd)")).images == []


def test_pictures_come_from_one_folder(tmp_path: Path) -> None:
    assert len(Page(drawn("![a](images/chat-answer.png)")).images) == 1
    shutil.copy(DOCS / "images" / "chat-answer.png", tmp_path)
    html = render("![a picture](chat-answer.png)", source=tmp_path / "page.md").html
    assert "<em>a picture</em>" in html
    assert Page(html).images == []


def test_links_between_documents() -> None:
    html = drawn(
        "[a](workers.md#trust-and-escrow) [b](../workers/native/README.md) [c](../manage.py) [d](#here) `/earn`"
    )
    assert Page(html).hrefs == ["/docs/workers#trust-and-escrow", "/docs/ashao-worker", "#here", "/earn"]
    assert "c (<code>manage.py</code>)" in html
    assert "(<code>…</code>)" in drawn("[x](../../../../../etc/passwd)")


def test_headings_have_the_anchors_that_github_gives_them() -> None:
    assert slug_of("What happens when…") == "what-happens-when"
    assert slug_of("Heartbeat and release") == "heartbeat-and-release"
    document = render("# T\n\n## A `b`, it's\n\n## A `b`, it's\n\n#### deep", source=DOCS / "faq.md")
    assert [heading.slug for heading in document.headings] == ["a-b-its", "a-b-its-1"]
    assert document.title == "T"
    assert 'id="deep"' in document.html


def test_tables_scroll_and_have_names() -> None:
    html = drawn("## Prices\n\n| a | |\n|---|--:|\n| b | 1 |\n\n| c |\n|---|\n| d |")
    assert re.findall(r'role="group" tabindex="0" aria-label="([^"]+)"', html) == [
        "Table: Prices",
        "Table: Prices (2)",
    ]
    assert '<td class="doc-number">1</td>' in html
    assert html.count("<th>") == 2, "a column without a name has no heading"


def test_diagrams_are_told() -> None:
    flow = "flowchart LR\n  subgraph x [X]\n    a[An A] -- b, c --> d[(D)]\n  end\n  d --> a"
    assert arrows(flow) == [Arrow("An A", "D", "b, c"), Arrow("D", "An A", "")]
    state = "stateDiagram-v2\n  [*] --> on: pressed\n  on --> [*]"
    assert arrows(state) == [Arrow("(begins)", "on", "pressed"), Arrow("on", "(is over)", "")]
    for other in ("", "pie", "flowchart LR\n  a ~~~ b", "sequenceDiagram\n  a->>b: c"):
        assert arrows(other) is None
    assert "<pre" in drawn("```mermaid\npie\n  <b>\n```")
    assert "&lt;b&gt;" in drawn("```mermaid\npie\n  <b>\n```")


def test_a_document_is_drawn_again_when_it_has_changed(tmp_path: Path) -> None:
    source = tmp_path / "page.md"
    entry = Entry(name="test-page", title="T", about="", source=source)
    source.write_text("# One")
    first = views.document(entry)
    assert views.document(entry) is first
    source.write_text("# Two")
    os.utime(source, ns=(1, 1))
    assert views.document(entry).title == "Two"
    source.unlink()
    with pytest.raises(OSError):
        views.document(entry)
    del views._drawn["test-page"]


def test_a_document_that_is_gone_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(entry: Entry) -> None:
        raise FileNotFoundError(entry.source)

    monkeypatch.setattr("ashao_site.docs_site.views.document", gone)
    assert get("/docs/faq")[0] == 404


def test_the_pages_that_text_may_name_exist() -> None:
    assert all(resolve(path) for path in links.SITE_PATHS)


def test_the_prices_in_the_texts_are_those_of_the_code() -> None:
    text = (DOCS / "credits.md").read_text()
    for tier, credits in PRICE_CREDITS.items():
        assert f"| {tier} | {credits} | {format_usd(price_micros(tier))} |" in text
    for line, share_bps in (
        ("the worker's owner", WORKER_SHARE_BPS),
        ("… who stakes $ASHAO", STAKED_SHARE_BPS),
    ):
        earned = " | ".join(format_usd(price_micros(tier) * share_bps // WHOLE_BPS) for tier in PRICE_CREDITS)
        assert f"| {line} | {earned} | {share_bps // 100} % |" in text
    kept = " | ".join(
        format_usd(price_micros(tier) * (WHOLE_BPS - WORKER_SHARE_BPS) // WHOLE_BPS) for tier in PRICE_CREDITS
    )
    left, left_of_stakers = WHOLE_BPS - WORKER_SHARE_BPS, WHOLE_BPS - STAKED_SHARE_BPS
    assert f"| the network | {kept} | {left // 100} %, or {left_of_stakers // 100} %" in text
    assert f"brings {SIGNUP_GRANT_CREDITS} credits" in text
