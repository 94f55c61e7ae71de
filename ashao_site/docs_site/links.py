"""Where the links and pictures of a document lead on the site."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from django.templatetags.static import static

from ashao_site.docs_site.catalogue import IMAGES, ROOT, URL_OF

SITE_PATHS = frozenset({"/account", "/api/docs", "/api/schema", "/earn", "/stake", "/treasury"})
"""Pages that a document may name as `code`, since the repository's own readers have no site to go to."""
_WEB = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_PNG_HEAD = re.compile(rb"\x89PNG\r\n\x1a\n....IHDR(....)(....)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page shows it. Its size is known before it is loaded, so that nothing jumps."""

    src: str
    width: int
    height: int


def resolve(href: str, *, source: Path) -> str | None:
    """The address on the site of what a document links to; None for what has no page."""
    if _WEB.match(href) or href.startswith("#"):
        return href
    path, mark, anchor = href.partition("#")
    url = URL_OF.get(_in_repository(path, source=source))
    return None if url is None else url + mark + anchor


def repository_path(href: str, *, source: Path) -> str:
    """How to name a file that has no page."""
    path = _in_repository(href.partition("#")[0], source=source)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else "…"


def picture(src: str, *, source: Path) -> Picture | None:
    """A picture of docs/images; None for any other."""
    path = _in_repository(src, source=source)
    if path.parent != IMAGES:
        return None
    try:
        with path.open("rb") as file:
            head = _PNG_HEAD.match(file.read(24))
    except OSError:
        return None
    if head is None:
        return None
    width, height = (int.from_bytes(part, "big") for part in head.groups())
    return Picture(src=static(f"docs/{path.name}"), width=width, height=height)


def _in_repository(href: str, *, source: Path) -> Path:
    return (source.parent / unquote(href)).resolve()
