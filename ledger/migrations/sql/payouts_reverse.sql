-- Takes the rules away again: dropping a function with CASCADE drops the triggers that call it.
DROP FUNCTION IF EXISTS ledger_payout_check(), ledger_payout_refuse(), ledger_payout_may_follow(text, text) CASCADE;
