-- The rules of payouts, kept by the database itself, whoever writes to it.
-- Every refusal is a restrict_violation (an IntegrityError in Python) whose message begins with "payouts:".

-- The one table of what may follow what: the same as NEXT in ledger/payouts/states.py, and a test compares them.
CREATE FUNCTION ledger_payout_may_follow(old_state text, new_state text) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$
SELECT (old_state, new_state) IN (
    ('requested', 'approved'),
    ('requested', 'failed'),
    ('approved', 'signed'),
    ('approved', 'included'),
    ('approved', 'failed'),
    ('signed', 'broadcast'),
    ('signed', 'included'),
    ('signed', 'approved'),
    ('signed', 'failed'),
    ('broadcast', 'included'),
    ('broadcast', 'signed'),
    ('broadcast', 'approved'),
    ('broadcast', 'failed'),
    ('included', 'final'),
    ('included', 'broadcast'),
    ('included', 'signed'),
    ('included', 'approved')
) $$;

CREATE FUNCTION ledger_payout_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.public_id, NEW.user_id, NEW.wallet, NEW.amount_micros, NEW.nonce, NEW.key, NEW.requested_at)
        IS DISTINCT FROM
       (OLD.id, OLD.public_id, OLD.user_id, OLD.wallet, OLD.amount_micros, OLD.nonce, OLD.key, OLD.requested_at)
    THEN
        RAISE EXCEPTION 'payouts: what % is, for whom and how much never changes', OLD.public_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT ledger_payout_may_follow(OLD.state, NEW.state) THEN
        RAISE EXCEPTION 'payouts: % cannot go from % to %', OLD.public_id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- Another chain, token or treasury would take the same nonce once more.
    IF OLD.payer <> '' AND (NEW.chain_id, NEW.token, NEW.payer)
        IS DISTINCT FROM (OLD.chain_id, OLD.token, OLD.payer) THEN
        RAISE EXCEPTION 'payouts: % is paid by one treasury on one chain, for ever', OLD.public_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.authorized_until IS NOT NULL
        AND (NEW.authorized_until IS NULL OR NEW.authorized_until < OLD.authorized_until) THEN
        RAISE EXCEPTION 'payouts: an authorization of % was handed out, which cannot be taken back', OLD.public_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.valid_before IS NOT NULL
        AND (NEW.authorized_until IS NULL OR NEW.authorized_until < NEW.valid_before) THEN
        RAISE EXCEPTION 'payouts: % is signed for longer than it was handed out for', OLD.public_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_payout_check BEFORE UPDATE ON ledger_payout
    FOR EACH ROW EXECUTE FUNCTION ledger_payout_check();

CREATE FUNCTION ledger_payout_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payouts: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_payout_no_delete BEFORE DELETE ON ledger_payout
    FOR EACH ROW EXECUTE FUNCTION ledger_payout_refuse();
CREATE TRIGGER ledger_payoutdecision_append_only BEFORE UPDATE OR DELETE ON ledger_payoutdecision
    FOR EACH ROW EXECUTE FUNCTION ledger_payout_refuse();
CREATE TRIGGER ledger_relayertransaction_no_delete BEFORE DELETE ON ledger_relayertransaction
    FOR EACH ROW EXECUTE FUNCTION ledger_payout_refuse();
CREATE TRIGGER ledger_relayerattempt_no_delete BEFORE DELETE ON ledger_relayerattempt
    FOR EACH ROW EXECUTE FUNCTION ledger_payout_refuse();

CREATE TRIGGER ledger_payout_no_truncate BEFORE TRUNCATE ON ledger_payout
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_payout_refuse();
CREATE TRIGGER ledger_payoutdecision_no_truncate BEFORE TRUNCATE ON ledger_payoutdecision
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_payout_refuse();
CREATE TRIGGER ledger_relayertransaction_no_truncate BEFORE TRUNCATE ON ledger_relayertransaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_payout_refuse();
CREATE TRIGGER ledger_relayerattempt_no_truncate BEFORE TRUNCATE ON ledger_relayerattempt
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_payout_refuse();
