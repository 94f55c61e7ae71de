"""The pages. They ask no database and know nobody: the same for everybody, also while a server is away."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from ashao_site.docs_site import catalogue, markdown
from ashao_site.docs_site.catalogue import BY_NAME, FILES, SECTIONS, neighbours

log = structlog.get_logger("ashao.docs")

_drawn: dict[str, tuple[int, markdown.Document]] = {}
"""By name, with the file's time in nanoseconds: no more than there are entries in the catalogue."""


@require_safe
@ensure_csrf_cookie
def docs_index(request: HttpRequest) -> HttpResponse:
    """The list of all pages."""
    return render(request, "docs_index.html", {"sections": SECTIONS})


@require_safe
@ensure_csrf_cookie
def docs_page(request: HttpRequest, name: str) -> HttpResponse:
    """One document; any name that the catalogue does not have is not found."""
    entry = BY_NAME.get(name)
    if entry is None:
        return docs_missing(request)
    try:
        page = document(entry)
    except OSError as error:
        log.warning("a document cannot be read", page=entry.name, error=type(error).__name__)
        return docs_missing(request)
    before, after = neighbours(entry)
    context = {"sections": SECTIONS, "entry": entry, "document": page, "before": before, "after": after}
    return render(request, "docs_page.html", context)


@require_safe
def docs_file(request: HttpRequest, name: str) -> HttpResponse:
    """A file that documents point at, as plain text."""
    path = FILES.get(name)
    try:
        text = path.read_text(encoding="utf-8") if path is not None else None
    except OSError as error:
        log.warning("a file cannot be read", file=name, error=type(error).__name__)
        text = None
    if text is None:
        return docs_missing(request)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def docs_missing(request: HttpRequest) -> HttpResponse:
    """Not found, in the site's look, with the list of what there is."""
    return render(request, "docs_missing.html", {"sections": SECTIONS}, status=404)


def document(entry: catalogue.Entry) -> markdown.Document:
    """The document of a page. Raises `OSError` where its file cannot be read."""
    written_ns = entry.source.stat().st_mtime_ns
    known = _drawn.get(entry.name)
    if known is not None and known[0] == written_ns:
        return known[1]
    drawn = markdown.render(entry.source.read_text(encoding="utf-8"), source=entry.source)
    _drawn[entry.name] = (written_ns, drawn)
    return drawn
