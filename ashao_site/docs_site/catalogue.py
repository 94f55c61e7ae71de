"""Which documents are pages, in the order in which they are read. Nothing else of the repository can be asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
IMAGES = DOCS / "images"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that is a page: its name in the address, what lists call it, one sentence on it."""

    name: str
    title: str
    about: str
    source: Path

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"/docs/{self.name}"


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together in the list of pages."""

    title: str
    entries: tuple[Entry, ...]


def _entry(name: str, title: str, about: str, source: str = "") -> Entry:
    return Entry(name=name, title=title, about=about, source=ROOT / (source or f"docs/{name}.md"))


SECTIONS = (
    Section(
        "Start here",
        (
            _entry(
                "how-it-works",
                "How it works",
                "What happens between a question and its answer, who writes it, and what they see.",
            ),
            _entry(
                "credits",
                "Credits and tiers",
                "What an answer costs, when nothing is charged, where credits come from, who is paid.",
            ),
            _entry(
                "account",
                "Your account",
                "API keys, workers, where you are signed in; everything to take along or to delete.",
            ),
            _entry("faq", "FAQ", "Short answers to what people ask first."),
        ),
    ),
    Section(
        "Workers",
        (
            _entry(
                "workers",
                "Run a worker",
                "Let a browser tab answer with your graphics processor: what runs, what it pays, what helps.",
            ),
            _entry(
                "ashao-worker",
                "The native worker",
                "The program that serves jobs from your own model server: install, run, options.",
                "workers/native/README.md",
            ),
            _entry(
                "protocol",
                "Worker protocol",
                "The calls by which a worker takes jobs and streams answers, for those who write one.",
            ),
        ),
    ),
    Section(
        "API reference",
        (
            _entry(
                "chat-api",
                "Chat API",
                "Send messages and read answers from a program, with an API key or as a guest.",
            ),
        ),
    ),
    Section(
        "Money on the chain",
        (
            _entry(
                "staking",
                "Staking",
                "How a stake of $ASHAO earns: the larger share, and rewards by stake and time.",
            ),
            _entry("deposits", "Deposits", "How USDC becomes credits, and how the chain is followed."),
            _entry(
                "payouts",
                "Payouts",
                "From what somebody has earned to USDC on the chain, once and only once.",
            ),
            _entry(
                "contracts", "Contracts", "What the token and the staking vault promise, and who can do what."
            ),
            _entry(
                "reconciliation",
                "Reconciliation",
                "Whether the books, the payouts and the chain agree, and what to do where they do not.",
            ),
        ),
    ),
    Section(
        "The network",
        (
            _entry(
                "architecture",
                "Architecture",
                "The parts, the states of a job, what happens when a part dies, the books.",
            ),
            _entry(
                "operations", "Operations", "Running ashao for others: processes, servers, what to watch."
            ),
            _entry("configuration", "Configuration", "Every variable, with its default, range and meaning."),
            _entry(
                "staff", "Staff", "Who may do what in the admin, and how a payout is approved and signed."
            ),
        ),
    ),
)

FILES: Mapping[str, Path] = {
    "minimal_worker.py": DOCS / "examples" / "minimal_worker.py",
    "catalogue_default.json": ROOT / "workers" / "machines" / "catalogue_default.json",
}
"""What documents point at that is worth having as it is: shown as plain text, under /docs/files/."""


def entries() -> Iterator[Entry]:
    """Every page, in reading order."""
    for section in SECTIONS:
        yield from section.entries


BY_NAME: Mapping[str, Entry] = {entry.name: entry for entry in entries()}
URL_OF: Mapping[Path, str] = {
    **{entry.source: entry.url for entry in entries()},
    **{path: f"/docs/files/{name}" for name, path in FILES.items()},
}
"""Where a file of the repository is to be seen on the site."""


def neighbours(entry: Entry) -> tuple[Entry | None, Entry | None]:
    """The pages before and after this one."""
    order = list(entries())
    at = order.index(entry)
    return order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None
