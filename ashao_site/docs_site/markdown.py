"""A document as HTML: no HTML of its own, no inline style, headings that can be linked to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from ashao_site.docs_site import links
from ashao_site.docs_site.diagrams import Arrow, arrows

TOC_LEVELS = frozenset({"h2", "h3"})
_NO_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A part of a page that its table of contents lists."""

    level: int
    slug: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document, ready to be put into a page. `html` is safe as it is."""

    title: str
    html: str
    headings: tuple[Heading, ...]
    anchors: frozenset[str]


def render(text: str, *, source: Path) -> Document:
    """Draw Markdown; `source` is where it is written, for what it links to."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.children is not None:
            token.children = _on_the_site(token.children, source=source)
    headings = _name_headings(tokens)
    _name_tables(tokens)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Document(
        title=next((heading.text for heading in headings if heading.level == 1), source.stem),
        html=html,
        headings=tuple(heading for heading in headings if f"h{heading.level}" in TOC_LEVELS),
        anchors=frozenset(heading.slug for heading in headings),
    )


def slug_of(text: str) -> str:
    """The anchor that GitHub gives a heading: the same link works there and here."""
    return _NO_SLUG.sub("", text.strip().lower()).replace(" ", "-")


def _name_headings(tokens: Sequence[Token]) -> list[Heading]:
    headings: list[Heading] = []
    used: dict[str, int] = {}
    for token, content in pairwise(tokens):
        if token.type != "heading_open":
            continue
        text = _plain(content)
        base = slug_of(text)
        before = used.get(base, 0)
        used[base] = before + 1
        slug = f"{base}-{before}" if before else base
        token.attrSet("id", slug)
        level = int(token.tag[1:])
        headings.append(Heading(level=level, slug=slug, text=text))
        if level > 1 and content.children is not None:
            content.children.append(_html(_ANCHOR.format(slug=escape(slug))))
    return headings


_ANCHOR = ' <a class="doc-anchor" href="#{slug}" aria-hidden="true" tabindex="-1">#</a>'
"""For the pointer only: with the keyboard, and by ear, the table of contents does it."""


def _name_tables(tokens: Sequence[Token]) -> None:
    """Each table scrolls in a place of its own, named by the heading above. Alignment becomes a class."""
    heading, number = "", 0
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            heading, number = _plain(tokens[at + 1]), 0
        elif token.type == "table_open":
            number += 1
            token.meta["label"] = f"Table: {heading}" + (f" ({number})" if number > 1 else "")
        elif token.type in ("th_open", "td_open"):
            if str(token.attrs.pop("style", "")).endswith("right"):
                token.attrSet("class", "doc-number")
            if token.type == "th_open" and tokens[at + 1].content == "":
                token.tag = tokens[at + 2].tag = "td"  # a column without a name has no heading


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))


def _on_the_site(children: Sequence[Token], *, source: Path) -> list[Token]:
    """What is in a line, with links and pictures that lead somewhere on the site."""
    fresh: list[Token] = []
    closing: Token | None = None  # what ends the link that is open; links are never in one another
    for child in children:
        if child.type == "link_open":
            opening, closing = _link(child, source=source)
            fresh += opening
        elif child.type == "link_close" and closing is not None:
            fresh.append(closing)
            closing = None
        elif child.type == "image":
            fresh.append(_picture(child, source=source))
        elif child.type == "code_inline" and child.content in links.SITE_PATHS and closing is None:
            fresh.append(_html(f'<a href="{child.content}"><code>{child.content}</code></a>'))
        else:
            fresh.append(child)
    return fresh


def _link(opened: Token, *, source: Path) -> tuple[list[Token], Token]:
    """What begins and what ends a link. One to a file that has no page is its text, and the file's name."""
    href = str(opened.attrGet("href") or "")
    url = links.resolve(href, source=source)
    if url is None:
        path = links.repository_path(href, source=source)
        return [], _html(f" (<code>{escape(path)}</code>)")
    opened.attrSet("href", url)
    return [opened], Token("link_close", "a", -1)


def _picture(image: Token, *, source: Path) -> Token:
    alt = escape(image.content)
    shown = links.picture(str(image.attrGet("src") or ""), source=source)
    if shown is None:
        return _html(f"<em>{alt}</em>")
    return _html(
        f'<img src="{escape(shown.src)}" alt="{alt}" width="{shown.width}" height="{shown.height}" loading="lazy">'
    )


def _html(markup: str) -> Token:
    return Token("html_inline", "", 0, content=markup)


def _fence(self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
    token = tokens[at]
    if token.info.strip() == "mermaid":
        return _diagram(token.content)
    return f'<pre class="doc-code" tabindex="0"><code>{escape(token.content)}</code></pre>\n'


def _diagram(source: str) -> str:
    drawn = arrows(source)
    if drawn is None:
        return f'<figure class="doc-diagram"><pre class="doc-code" tabindex="0">{escape(source)}</pre></figure>\n'
    rows = "".join(_row(arrow) for arrow in drawn)
    return f'<figure class="doc-diagram"><ul>{rows}</ul></figure>\n'


def _row(arrow: Arrow) -> str:
    arrow_sign = '<span aria-hidden="true">→</span><span class="visually-hidden"> to </span>'
    label = f'<span class="doc-why">{escape(arrow.label)}</span>' if arrow.label else ""
    return (
        f'<li><span class="doc-arrow"><b>{escape(arrow.start)}</b> {arrow_sign} <b>{escape(arrow.end)}</b></span>'
        f"{label}</li>"
    )


def _table_open(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any
) -> str:
    label = escape(tokens[at].meta["label"])
    return f'<div class="doc-table" role="group" tabindex="0" aria-label="{label}"><table>\n'


def _table_close(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any
) -> str:
    return "</table></div>\n"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "strikethrough", "smartquotes"])
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


_MARKDOWN = _parser()
