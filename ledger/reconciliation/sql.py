"""The statements of the reconciliation. Jobs never touch `treasury:usdc`, so they cost nothing here.

`%(moment)s` is the first moment that does not count any more. A pair is one line of the ledger and one transfer
on the chain that name each other, are equal in amount, person, wallet and account, and are both before the
moment or both after it. What is no pair is read, and judged by `matching`, which holds all rules: a pair is
the simplest case of them.
"""
# ruff: noqa: S608
# Statements are put together from each other: no value of anybody's is part of their text.

from ledger.payouts.states import FINAL_KEY

KEY_CHARS = len(FINAL_KEY)
MAX_ROWS = 20_000
"""So many rows of each kind are judged one by one. What is beyond is told as one red sum."""

PAIRS = f"""
WITH line AS (
    SELECT t.id, t.key, coalesce(r.key, t.key) AS root, t.kind, -e.amount_micros AS amount_micros,
           t.created_at AS at, other.against, b.amount_micros AS booking_micros,
           t.reverses_id IS NULL AND taken_back.id IS NULL AS stands
    FROM ledger_entry e
    JOIN ledger_transfer t ON t.id = e.transfer_id
    LEFT JOIN ledger_transfer r ON r.id = t.reverses_id
    LEFT JOIN ledger_transfer taken_back ON taken_back.reverses_id = t.id
    LEFT JOIN staking_booking b ON b.ledger_key = t.key
    LEFT JOIN LATERAL (
        SELECT CASE count(*) WHEN 1 THEN max(a.address) ELSE '' END AS against
        FROM ledger_entry o JOIN ledger_account a ON a.id = o.account_id
        WHERE o.transfer_id = t.id AND o.id <> e.id
    ) other ON true
    WHERE e.account_id = (SELECT id FROM ledger_account WHERE address = 'treasury:usdc')
), move AS (
    SELECT x.id, x.tx_hash, x.counterparty, x.amount_micros * CASE x.direction WHEN 'in' THEN 1 ELSE -1 END AS
               amount_micros, x.block_at AS at, x.booked, x.ledger_key, x.user_id, x.on_chain,
           count(*) OVER (PARTITION BY x.ledger_key) = 1 AS is_only,
           CASE WHEN p.state = 'final' AND p.amount_micros = x.amount_micros AND x.direction = 'out'
                 AND lower(p.tx_hash) = lower(x.tx_hash) AND lower(p.wallet) = lower(x.counterparty)
                THEN p.public_id END AS payout_id
    FROM staking_treasurytransfer x
    LEFT JOIN ledger_payout p ON x.booked = 'payout' AND p.public_id = substr(x.ledger_key, {KEY_CHARS} + 1)
), beside AS (
    SELECT line.id AS line_id, line.key, line.root, line.kind, line.amount_micros AS line_micros, line.at AS line_at,
           line.against, line.booking_micros, move.id AS move_id, move.tx_hash, move.counterparty,
           move.amount_micros AS move_micros, move.at AS move_at, move.booked, move.ledger_key, move.user_id,
           move.on_chain,
           line.stands AND move.is_only AND move.on_chain AND line.amount_micros = move.amount_micros
               AND (line.at < %(moment)s) = (move.at < %(moment)s)
               AND CASE
                   WHEN move.booked = 'deposit' THEN line.against = 'user:' || move.user_id || ':credits'
                   WHEN move.booked = 'payout' THEN line.against = 'payout:' || move.payout_id
                   WHEN move.booked IN ('suspense', 'assigned', 'returned')
                       THEN line.against = 'suspense:deposits'
               END AS is_pair
    FROM line FULL JOIN move ON move.ledger_key = line.key
)
SELECT line_id, key, root, kind, line_micros, line_at, against, booking_micros,
       move_id, tx_hash, counterparty, move_micros, move_at, booked, ledger_key, user_id, on_chain
FROM beside WHERE NOT (%(skip_pairs)s AND coalesce(is_pair, false))
ORDER BY line_id, move_id LIMIT %(limit)s"""
"""What is no pair: a line, a transfer, or both where they name each other. A line of several transfers comes
with each of them. A FULL JOIN is hashed or merged, whatever the planner thinks of the numbers of rows."""

PAID = f"""
SELECT public_id, tx_hash, wallet, amount_micros, state = 'final', block
FROM ledger_payout
WHERE state IN ('included', 'final')
  AND ('{FINAL_KEY}' || public_id = ANY(%(keys)s) OR lower(tx_hash) = ANY(%(hashes)s))
UNION ALL
SELECT p.public_id, a.tx_hash, p.wallet, p.amount_micros, false, NULL
FROM ledger_relayerattempt a
JOIN ledger_relayertransaction t ON t.id = a.transaction_id
JOIN ledger_payout p ON p.id = t.payout_id
WHERE p.state IN ('approved', 'signed', 'broadcast') AND lower(a.tx_hash) = ANY(%(hashes)s)"""
"""Of the payouts whose transaction is known those that are named, then those that were only sent."""

CLASSES = """
SELECT CASE
           WHEN a.address = 'treasury:usdc' THEN 'treasury'
           WHEN a.address LIKE 'user:%%' THEN split_part(a.address, ':', 3)
           WHEN a.address LIKE 'payout:%%' THEN 'payouts'
           WHEN a.address LIKE 'pool:%%' THEN 'pools'
           ELSE split_part(a.address, ':', 1)
       END AS class, sum(e.micros)
FROM (
    SELECT e.account_id, sum(e.amount_micros) AS micros
    FROM ledger_entry e
    WHERE %(moment)s = '9999-01-01 00:00+00'
       OR EXISTS (SELECT FROM ledger_transfer t WHERE t.id = e.transfer_id AND t.created_at < %(moment)s)
    GROUP BY e.account_id
) e JOIN ledger_account a ON a.id = e.account_id
GROUP BY 1"""

_WAS_OPEN = """(p.requested_at < %(moment)s
        AND NOT coalesce(least(p.final_at, p.failed_at) < %(moment)s, false))"""

OPEN_PAYOUTS = f"SELECT coalesce(sum(amount_micros), 0) FROM ledger_payout p WHERE {_WAS_OPEN}"

SET_ASIDE = f"""
WITH kept AS (
    SELECT substr(a.address, 8) AS public_id,
           sum(e.amount_micros) FILTER (WHERE e.amount_micros > 0) AS requested,
           sum(e.amount_micros) AS balance,
           coalesce(sum(e.amount_micros) FILTER (WHERE t.created_at < %(moment)s), 0) AS was
    FROM ledger_account a
    JOIN ledger_entry e ON e.account_id = a.id
    JOIN ledger_transfer t ON t.id = e.transfer_id
    WHERE a.address LIKE 'payout:%%'
    GROUP BY a.id
), beside AS (
    SELECT coalesce(p.public_id, kept.public_id) AS public_id, p.amount_micros,
           coalesce(p.state NOT IN ('final', 'failed'), false) AS is_open,
           coalesce({_WAS_OPEN}, false) AS was_open,
           coalesce(kept.requested, 0)::bigint AS requested, coalesce(kept.balance, 0)::bigint AS balance,
           coalesce(kept.was, 0)::bigint AS was
    FROM ledger_payout p FULL JOIN kept ON kept.public_id = p.public_id
)
SELECT public_id, amount_micros, is_open, was_open, requested, balance, was FROM beside
WHERE NOT (%(skip_pairs)s AND amount_micros IS NOT NULL AND requested = amount_micros
    AND balance = CASE WHEN is_open THEN amount_micros ELSE 0 END
    AND was = CASE WHEN was_open THEN amount_micros ELSE 0 END)
ORDER BY public_id LIMIT %(limit)s"""

CHAIN_SUMS = """
SELECT chain_id, coalesce(sum(amount_micros) FILTER (WHERE direction = 'in'), 0),
       coalesce(sum(amount_micros) FILTER (WHERE direction = 'out'), 0)
FROM staking_treasurytransfer WHERE on_chain AND block_at < %(moment)s
GROUP BY chain_id"""
