"""Every finding in words: what it is, and what it means. docs/reconciliation.md has what to do about each."""

from ledger.reconciliation.report import Code, Finding, Level, Pair, Report

TITLES: dict[Code, tuple[str, str]] = {
    Code.UNBOOKED_IN: (
        "Came to the treasury, and is not in the books",
        "The chain shows these deposits, and no transfer in the ledger stands for them.",
    ),
    Code.UNBOOKED_OUT: (
        "Left the treasury, and nothing says why",
        "No payout and no booking explains these payments. If somebody paid a bill or bought $ASHAO back, record "
        "it. If nobody did, the treasury's key is not safe.",
    ),
    Code.FUNDING_WITHOUT_TRANSACTION: (
        "Promotion budget funded without a transaction",
        "The books say that ashao put this USDC into its treasury. No transfer on the chain brought it.",
    ),
    Code.BOOKED_WITHOUT_TRANSACTION: (
        "In the books, and not on the chain",
        "The ledger moved the treasury's cash for these, and no transfer on the chain did.",
    ),
    Code.GONE_FROM_CHAIN: (
        "Taken out of the chain after it was booked",
        "A reorganisation deeper than the confirmations took these transactions back. The books still have them.",
    ),
    Code.AMOUNTS_DIFFER: (
        "Another amount in the books than on the chain",
        "Ledger and chain agree that it happened, and not how much it was.",
    ),
    Code.BOOKED_ELSEWHERE: (
        "Booked to another account, person or wallet",
        "The amounts agree. Whom the chain names and whom the books name do not.",
    ),
    Code.PAYOUT_DIFFERS: (
        "A payout and its account differ",
        "What is set aside in the ledger for these payouts is not what the payouts say.",
    ),
    Code.SUSPENSE_DIFFERS: (
        "Suspense differs from the deposits that wait",
        "The ledger's suspense account is not the sum of the transfers that wait to be assigned.",
    ),
    Code.NODE_DIFFERS: (
        "The chain says another balance",
        "What was read from the chain does not add up to what the USDC contract says that the treasury has.",
    ),
    Code.BOOKS_WRONG: (
        "The books contradict themselves",
        "The ledger's own check found these.",
    ),
    Code.TOO_MANY: (
        "More differences than are shown",
        "Beyond the rows shown here, this much more does not agree.",
    ),
    Code.BOOKED_LATER: (
        "On the chain before, booked after",
        "The block is of that time; it had its confirmations, and was booked, later. In the end both agree.",
    ),
    Code.BLOCK_LATER: (
        "Booked before, the block's time is after",
        "The chain's clock was ahead of ours. In the end both agree.",
    ),
    Code.CORRECTED_LATER: (
        "Wrong then, and taken back since",
        "The ledger had these without the chain at that time, and reversed them later.",
    ),
    Code.PAYOUT_NOT_FINAL: (
        "Paid on the chain, not yet final in the books",
        "The payout is included in a block and waits for its confirmations. Its money is still set aside.",
    ),
    Code.NOT_READ_YET: (
        "In the books, in a block that is not read yet",
        "Verified on the chain when it was booked. The indexer gets there next.",
    ),
    Code.PAYOUT_AROUND: (
        "A payout written down around that moment",
        "Its row and its transfer are of two sides of the moment, and agree now.",
    ),
    Code.NEWER_IN: (
        "Came since, and has no confirmations yet",
        "Deposits in blocks after the last one read.",
    ),
    Code.NEWER_OUT: (
        "Left since, and has no confirmations yet",
        "Payments in blocks after the last one read.",
    ),
    Code.IN_SUSPENSE: (
        "In suspense",
        "From senders nobody knows: in the books, and waiting to be assigned. No difference.",
    ),
    Code.NODE_SILENT: (
        "The chain does not answer for itself",
        "What was read before is compared; the treasury's balance could not be asked for just now.",
    ),
    Code.READ_UP_TO: (
        "The chain is not read that far",
        "Transfers in later blocks are not known here yet.",
    ),
    Code.OTHER_CHAINS: (
        "On another chain",
        "USDC on a chain that was used before. The node asked today knows nothing of it.",
    ),
}
SIDES = {
    Pair.LEDGER_CHAIN: "ledger − chain",
    Pair.LEDGER_PAYOUTS: "ledger − payouts",
    Pair.ROWS_NODE: "read − node",
    Pair.WITHIN: "within the books",
}
CLASS_WORDS = {
    "credits": "people's credits",
    "granted": "free credits granted",
    "earnings": "earnings",
    "escrow": "in escrow",
    "payouts": "set aside for payouts",
    "suspense": "in suspense",
    "promo": "promotion budget",
    "pools": "pools (buyback, stakers, cloud)",
}
MARKS = {Level.RED: "Unexplained", Level.EXPLAINED: "Explained", Level.NOTE: "Note"}


def title(finding: Finding) -> str:
    return TITLES[finding.code][0]


def meaning(finding: Finding) -> str:
    """What it means, in a sentence or two."""
    return f"{TITLES[finding.code][1]} {finding.detail}".strip()


def moment(report: Report) -> str:
    """Which moment the report is of."""
    if report.day is None:
        return f"now ({report.made_at:%d %B %Y, %H:%M:%S} UTC)"
    return f"the end of {report.day:%d %B %Y} (UTC)"
