"""Random histories of deposits, payouts and bookings, with delays: all of it is explained, and nothing else is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.reconciliation.compare import Inputs, compare
from ledger.reconciliation.report import Code, LedgerSide, Level, Pair, PayoutSide, Report
from ledger.reconciliation.values import CashMove, Cursor, Line, NodeAnswer, Paid, SetAside

START = datetime(2026, 11, 20, tzinfo=UTC)
LAST_S = 100
CURSOR = Cursor(31337, LAST_S, "0xblock", START + timedelta(seconds=LAST_S), START + timedelta(days=1), "")
HIGH = CURSOR.block + 1
ALICE, BOB = "0x" + "a" * 40, "0x" + "b" * 40


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


class Books:
    """A history in which everything is right, as its rows are at the end, and as one moment sees them."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.moves: list[CashMove] = []
        self.paid: list[Paid] = []
        self.payouts: list[dict[str, Any]] = []

    def came(self, how: str, micros: int, second: int, delay_s: int) -> None:
        number = len(self.moves) + 1
        key, user = f"deposit:31337:0x{number}:0", number if how == "deposit" else None
        against = f"user:{user}:credits" if user else "suspense:deposits"
        kind = "deposit" if user else "suspense"
        self.moves.append(CashMove(number, f"0x{number}", ALICE, micros, at(second), how, key, user))
        self._line(key, kind, micros, second + delay_s, against)

    def booked(self, how: str, micros: int, second: int, delay_s: int) -> None:
        number = len(self.moves) + 1
        key = f"booking:31337:0x{number}"
        pool = {"buyback": "pool:buyback", "cloud": "pool:cloud", "refund": "suspense:deposits"}[how]
        parts = [micros] if micros == 1 else [1, micros - 1]
        for part in parts:  # a swap in two transfers
            self.moves.append(CashMove(len(self.moves) + 1, f"0x{number}", BOB, -part, at(second), how, key))
        self._line(key, how, -micros, second + delay_s, pool, booking_micros=micros)

    def payout(self, micros: int, second: int, delay_s: int, until: str) -> None:
        public_id = f"pay_{len(self.payouts)}"
        same_tx = f"0xpaid{second}"  # payouts of one second are paid in one transaction
        final_s = second + delay_s if until in ("final", "unread") else None
        self.payouts.append(
            {"id": public_id, "micros": micros, "from": second - 1, "ended": final_s, "open": final_s is None}
        )
        if until in ("final", "included", "sent"):
            booked, key = ("payout", f"payout_final:{public_id}") if until == "final" else ("open", "")
            self.moves.append(
                CashMove(len(self.moves) + 1, same_tx, BOB.upper(), -micros, at(second), booked, key)
            )
        if until != "waits":
            block = {"final": second, "included": second, "sent": None, "unread": HIGH}[until]
            self.paid.append(Paid(public_id, same_tx, BOB, micros, final_s is not None, block))
        if final_s is not None:
            key = f"payout_final:{public_id}"
            self._line(key, "payout", -micros, final_s, f"payout:{public_id}")

    def _line(
        self, key: str, kind: str, micros: int, second: int, against: str, booking_micros: int | None = None
    ) -> None:
        number = len(self.lines) + 1
        self.lines.append(Line(number, key, key, kind, micros, at(second), against, booking_micros))

    def inputs(self, moment: datetime | None) -> Inputs:
        by_then = [move.amount_micros for move in self.moves if moment is None or move.at < moment]
        cash = sum(line.amount_micros for line in self.lines if moment is None or line.at < moment)
        rows = [self._set_aside(payout, moment) for payout in self.payouts]
        open_micros = sum(row.was_micros for row in rows)
        return Inputs(
            made_at=at(LAST_S),
            day=None,
            moment=moment,
            ledger=LedgerSide(cash, (("credits", cash),)),
            payouts=PayoutSide(open_micros, open_micros),
            in_micros=sum(micros for micros in by_then if micros > 0),
            out_micros=-sum(micros for micros in by_then if micros < 0),
            cursor=CURSOR,
            lines=self.lines,
            moves=self.moves,
            paid=self.paid,
            set_aside=rows,
        )

    def _set_aside(self, payout: dict[str, Any], moment: datetime | None) -> SetAside:
        def before(second: int | None) -> bool:
            return second is not None and (moment is None or at(second) < moment)

        was_open = before(payout["from"]) and not before(payout["ended"])
        micros, is_open = payout["micros"], payout["open"]
        return SetAside(payout["id"], micros, is_open, was_open, micros, micros * is_open, micros * was_open)


MICROS = st.integers(1, 3)  # few, so that amounts meet
SECONDS = st.integers(1, LAST_S)
DELAYS = st.integers(-5, 40)  # a block's own time can be later than the booking
EVENTS = st.one_of(
    st.tuples(st.just("came"), st.sampled_from(["deposit", "suspense", "assigned", "funding", "returned"])),
    st.tuples(st.just("booked"), st.sampled_from(["buyback", "cloud", "refund"])),
    st.tuples(st.just("payout"), st.sampled_from(["final", "included", "sent", "unread", "waits"])),
)


@st.composite
def histories(draw: st.DrawFn) -> Books:
    books = Books()
    for (what, how), micros, second, delay_s in draw(
        st.lists(st.tuples(EVENTS, MICROS, SECONDS, DELAYS), min_size=1, max_size=12)
    ):
        if what == "came":
            books.came(how, micros, second, delay_s)
        elif what == "booked":
            books.booked(how, micros, second, delay_s)
        else:
            books.payout(micros, second, max(0, delay_s), how)
    return books


MOMENTS = st.one_of(st.none(), st.integers(0, LAST_S + 41).map(at))


def by_pair(report: Report, pair: Pair) -> int:
    return sum(
        found.amount_micros
        for found in report.findings
        if found.pair is pair and found.level is not Level.NOTE
    )


@given(histories(), MOMENTS)
def test_what_is_right_is_explained_to_the_micro_dollar(books: Books, moment: datetime | None) -> None:
    report = compare(books.inputs(moment))
    assert report.red == ()
    assert report.agrees
    assert report.unexplained_micros == 0
    assert report.explained_micros == report.difference_micros


def changed(books: Books, data: st.DataObject) -> str:
    """One row of the history removed, or changed where it matters; what was done."""
    tables: dict[str, list[Any]] = {
        "lines": books.lines,
        "moves": books.moves,
        "paid": [paid for paid in books.paid if paid.block != HIGH],
        "payouts": books.payouts,
    }
    name = data.draw(st.sampled_from([name for name, rows in tables.items() if rows]))
    row = data.draw(st.sampled_from(tables[name]))
    rows: list[Any] = getattr(books, name)
    index = next(i for i, other in enumerate(rows) if other is row)
    if name == "moves" and not row.key:  # nothing is in the books of it yet, so nothing is missing without it
        rows[index] = replace(row, wallet=ALICE)
        return f"{row} of another wallet"
    # Without its line, a payout whose block is not read yet still has its account: the other comparison tells.
    unread = {f"payout_final:{paid.public_id}" for paid in books.paid if paid.block == HIGH}
    removable = name != "payouts" and not (name == "lines" and row.key in unread)
    if data.draw(st.booleans()) and removable:
        del rows[index]
        return f"{row} removed"
    new: Any
    if name == "lines":
        new = data.draw(
            st.sampled_from(
                [
                    replace(row, amount_micros=row.amount_micros + 7),
                    replace(row, against="user:999:earnings"),
                    replace(row, key="other", root="other"),
                ]
            )
        )
    elif name == "moves":
        ways = [replace(row, amount_micros=row.amount_micros * 9), replace(row, on_chain=False)]
        ways.append(replace(row, key="other"))
        if row.user_id:
            ways.append(replace(row, user_id=999))
        if row.booked == "payout":
            ways.append(replace(row, wallet=ALICE))
        new = data.draw(st.sampled_from(ways))
    elif name == "paid":
        ways = [replace(row, wallet=ALICE), replace(row, tx_hash="0xother"), replace(row, amount_micros=99)]
        new = data.draw(st.sampled_from(ways))
    else:
        new = row | data.draw(st.sampled_from([{"lost": True}, {"micros_kept": row["micros"] + 7}]))
    rows[index] = new
    return f"{row} → {new}"


@given(histories(), st.data())
def test_any_one_row_changed_or_removed_is_red(books: Books, data: st.DataObject) -> None:
    what = changed(books, data)
    read = books.inputs(None)
    wrong = []
    for payout, row in zip(books.payouts, read.set_aside, strict=True):
        kept = replace(row, amount_micros=payout.get("micros_kept", row.amount_micros))
        lost = replace(row, amount_micros=None, is_open=False, was_open=False)
        wrong.append(lost if payout.get("lost") else kept)
    moved = [move.amount_micros for move in books.moves if move.on_chain]
    read = replace(
        read,
        set_aside=wrong,
        payouts=PayoutSide(
            sum((row.amount_micros or 0) * row.was_open for row in wrong), read.payouts.in_ledger_micros
        ),
        in_micros=sum(micros for micros in moved if micros > 0),
        out_micros=-sum(micros for micros in moved if micros < 0),
    )
    report = compare(read)
    assert not report.agrees, what
    assert report.unexplained_micros > 0, what
    # Whatever is wrong, the findings account for the whole difference.
    assert by_pair(report, Pair.LEDGER_CHAIN) == report.difference_micros, what
    rest = report.payouts.in_ledger_micros - report.payouts.open_micros
    assert by_pair(report, Pair.LEDGER_PAYOUTS) == rest, what


NODE = NodeAnswer(block=HIGH, at_cursor_micros=5, latest_micros=5)


def told(node: NodeAnswer) -> dict[Code, int]:
    """What is found when 5 µ were deposited and the node says this."""
    books = Books()
    books.came("deposit", 5, 1, 0)
    report = compare(books.inputs(None), node)
    assert report.agrees == (not report.unexplained_micros)
    return {found.code: found.amount_micros for found in report.findings}


def test_the_node_is_a_witness() -> None:
    assert told(NODE) == {}
    assert told(replace(NODE, at_cursor_micros=6)) == {Code.NODE_DIFFERS: -1}
    newer = replace(NODE, latest_micros=8, newer_micros=(4, -1))
    assert told(newer) == {Code.NEWER_IN: -4, Code.NEWER_OUT: 1}
    forgotten = replace(newer, at_cursor_micros=None)
    assert told(forgotten) == {Code.NEWER_IN: -4, Code.NEWER_OUT: 1}
    assert told(replace(forgotten, latest_micros=9))[Code.NODE_DIFFERS] == -1
    silent = NodeAnswer(0, None, None, problem="The chain did not answer within 5 s.")
    assert told(silent) == {Code.NODE_SILENT: 0}


def test_two_mistakes_of_opposite_signs_are_two() -> None:
    books = Books()
    books.came("deposit", 5, 1, 0)
    books.came("deposit", 5, 2, 0)
    del books.lines[0]
    del books.moves[1]
    report = compare(books.inputs(None))
    assert report.difference_micros == 0
    assert report.unexplained_micros == 10
    assert {found.code for found in report.red} == {Code.UNBOOKED_IN, Code.BOOKED_WITHOUT_TRANSACTION}


def test_what_is_booked_to_somebody_else_is_no_matter_of_time() -> None:
    books = Books()
    books.came("deposit", 5, 1, 10)
    books.moves[0] = replace(books.moves[0], user_id=999)
    assert {found.code for found in compare(books.inputs(at(5))).red} == {Code.BOOKED_ELSEWHERE}
    assert {found.code for found in compare(books.inputs(None)).red} == {Code.BOOKED_ELSEWHERE}
    assert compare(books.inputs(at(1))).agrees  # before all of it
