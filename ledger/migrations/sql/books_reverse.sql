-- Takes the rules away again: dropping a function with CASCADE drops the triggers that call it.
DROP FUNCTION IF EXISTS
    ledger_refuse(), ledger_transfer_stamp(), ledger_entry_check(), ledger_entry_apply(),
    ledger_transfer_balanced(), ledger_entry_balanced(), ledger_transfer_check(bigint),
    ledger_account_starts_empty(), ledger_account_check(),
    ledger_hold_stamp(), ledger_holdline_check(), ledger_holdline_apply(),
    ledger_hold_complete(), ledger_holdline_complete(), ledger_hold_check(bigint),
    ledger_hold_transition(), ledger_hold_release(), ledger_hold_posted_within()
CASCADE;
