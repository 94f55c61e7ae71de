"""The documents as they are now. Each is drawn once in a process, and again when its file has changed."""

from ashao_site.docs_site.catalogue import Entry
from ashao_site.docs_site.markdown import Document, render

_drawn: dict[str, tuple[int, Document]] = {}
"""By name, with the file's time in nanoseconds: no more than there are entries in the catalogue."""


def document(entry: Entry) -> Document:
    """The document of a page. Raises `OSError` where its file cannot be read."""
    written_ns = entry.source.stat().st_mtime_ns
    known = _drawn.get(entry.name)
    if known is not None and known[0] == written_ns:
        return known[1]
    drawn = render(entry.source.read_text(encoding="utf-8"), source=entry.source)
    _drawn[entry.name] = (written_ns, drawn)
    return drawn
