"""What the documents point at exists."""

import re
from pathlib import Path

import pytest

from ashao_site.embedded.config import ROOT

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#]+)[^)]*\)")
PLACE = re.compile(r"`((?:ashao_site|chat|ledger|workers|docs|frontend|tests)/[\w./-]*)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_paths_exist(document: Path) -> None:
    text = document.read_text()
    links = [document.parent / link for link in LINK.findall(text) if not link.startswith("http")]
    places = [ROOT / place for place in PLACE.findall(text)]
    assert [str(path) for path in (*links, *places) if not path.exists()] == []
