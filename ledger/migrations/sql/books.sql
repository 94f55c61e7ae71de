-- The rules of the books, kept by the database itself, whoever writes to it.
--
-- In this order: append-only tables, transfers and entries, accounts, holds.
-- Every refusal is a restrict_violation (an IntegrityError in Python) whose message begins with "ledger:".

-- Nothing is deleted, emptied or rewritten ------------------------------------------------------------------

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger: % of % is refused: the books are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'Correct a mistake with a reversing transfer.';
END $$;

CREATE TRIGGER ledger_transfer_append_only BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_holdline_append_only BEFORE UPDATE OR DELETE ON ledger_holdline
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_hold_no_delete BEFORE DELETE ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_transfer_no_truncate BEFORE TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_holdline_no_truncate BEFORE TRUNCATE ON ledger_holdline
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_hold_no_truncate BEFORE TRUNCATE ON ledger_hold
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_account_no_truncate BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

-- Transfers and entries -------------------------------------------------------------------------------------

-- Stamps a transfer with its transaction. The time is stamped too: transaction ids start again in a database
-- restored elsewhere, and an old transfer must not become open again because its id comes round.
CREATE FUNCTION ledger_transfer_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.posted_txid := txid_current();
    NEW.created_at := transaction_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_transfer_stamp BEFORE INSERT ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_transfer_stamp();

CREATE FUNCTION ledger_entry_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_transfer t
        WHERE t.id = NEW.transfer_id
          AND t.posted_txid = txid_current() AND t.created_at = transaction_timestamp()
    ) THEN
        RAISE EXCEPTION 'ledger: an entry can only be added in the transaction that made its transfer (%)',
            NEW.transfer_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_check BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_check();

-- A guarded account's running balance follows its entries. The CHECK on its row refuses the overdraft.
CREATE FUNCTION ledger_entry_apply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_account SET balance_micros = balance_micros + NEW.amount_micros
        WHERE id = NEW.account_id AND guarded;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_apply AFTER INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_apply();

-- At commit: at least two entries, their sum is zero, and a reversal is the exact opposite. On entries as well
-- as on transfers, because a transaction may ask for the check early and then add entries.
CREATE FUNCTION ledger_transfer_check(checked_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry_count bigint;
    entry_sum numeric;
    reversed_id bigint;
BEGIN
    SELECT count(*), coalesce(sum(amount_micros), 0) INTO entry_count, entry_sum
        FROM ledger_entry WHERE transfer_id = checked_id;
    IF entry_sum <> 0 THEN
        RAISE EXCEPTION 'ledger: the entries of transfer % sum to %, not to zero', checked_id, entry_sum
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF entry_count < 2 THEN
        RAISE EXCEPTION 'ledger: transfer % has % entries, at least two are needed', checked_id, entry_count
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT reverses_id INTO reversed_id FROM ledger_transfer WHERE id = checked_id;
    IF reversed_id IS NOT NULL AND EXISTS (
        SELECT FROM ledger_entry WHERE transfer_id IN (checked_id, reversed_id)
        GROUP BY account_id HAVING sum(amount_micros) <> 0
    ) THEN
        RAISE EXCEPTION 'ledger: transfer % is not the exact reverse of transfer %', checked_id, reversed_id
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

CREATE FUNCTION ledger_transfer_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_transfer_check(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_transfer_balanced AFTER INSERT ON ledger_transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transfer_balanced();

CREATE FUNCTION ledger_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_transfer_check(NEW.transfer_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();

-- Accounts --------------------------------------------------------------------------------------------------

CREATE FUNCTION ledger_account_starts_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance_micros <> 0 OR NEW.held_micros <> 0 THEN
        RAISE EXCEPTION 'ledger: account % must start at zero: only entries and holds move a balance', NEW.address
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_starts_empty BEFORE INSERT ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_account_starts_empty();

-- The depth is 1 when a statement from outside reaches this trigger, and more when another trigger does.
CREATE FUNCTION ledger_account_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ledger: account % cannot be changed directly: only entries and holds move a balance',
            OLD.address USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.address, NEW.guarded) IS DISTINCT FROM (OLD.id, OLD.address, OLD.guarded) THEN
        RAISE EXCEPTION 'ledger: account % keeps its address and its guard', OLD.address
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_check BEFORE UPDATE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_account_check();

-- Holds -----------------------------------------------------------------------------------------------------

CREATE FUNCTION ledger_hold_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'pending' THEN
        RAISE EXCEPTION 'ledger: hold % must begin pending, not %', NEW.key, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.created_txid := txid_current();
    NEW.created_at := transaction_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_hold_stamp BEFORE INSERT ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_hold_stamp();

CREATE FUNCTION ledger_holdline_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_hold h
        WHERE h.id = NEW.hold_id AND h.status = 'pending'
          AND h.created_txid = txid_current() AND h.created_at = transaction_timestamp()
    ) THEN
        RAISE EXCEPTION 'ledger: a line can only be added in the transaction that made its hold (%)', NEW.hold_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_holdline_check BEFORE INSERT ON ledger_holdline
    FOR EACH ROW EXECUTE FUNCTION ledger_holdline_check();

CREATE FUNCTION ledger_holdline_apply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_account SET held_micros = held_micros + NEW.amount_micros
        WHERE id = NEW.account_id AND guarded;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger: only a guarded account can be held, account % is not', NEW.account_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_holdline_apply AFTER INSERT ON ledger_holdline
    FOR EACH ROW EXECUTE FUNCTION ledger_holdline_apply();

-- At commit: the lines of a new hold are its amount.
CREATE FUNCTION ledger_hold_check(checked_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    hold_amount bigint;
    line_sum numeric;
BEGIN
    SELECT h.amount_micros, (SELECT coalesce(sum(l.amount_micros), 0) FROM ledger_holdline l WHERE l.hold_id = h.id)
        INTO hold_amount, line_sum FROM ledger_hold h WHERE h.id = checked_id;
    IF hold_amount <> line_sum THEN
        RAISE EXCEPTION 'ledger: the lines of hold % sum to %, not to its amount %', checked_id, line_sum, hold_amount
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

CREATE FUNCTION ledger_hold_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_hold_check(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_hold_complete AFTER INSERT ON ledger_hold
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_hold_complete();

CREATE FUNCTION ledger_holdline_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_hold_check(NEW.hold_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_holdline_complete AFTER INSERT ON ledger_holdline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_holdline_complete();

-- A hold changes once: pending → posted, voided or expired, and nothing else of it ever changes.
CREATE FUNCTION ledger_hold_transition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    movable text[] := ARRAY['status', 'transfer_id', 'resolved_at'];
BEGIN
    IF OLD.status <> 'pending' THEN
        RAISE EXCEPTION 'ledger: hold % is already %', OLD.key, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status NOT IN ('posted', 'voided', 'expired') OR to_jsonb(NEW) - movable <> to_jsonb(OLD) - movable THEN
        RAISE EXCEPTION 'ledger: hold % can only be posted, voided or expired', OLD.key
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'posted' AND NOT EXISTS (
        SELECT FROM ledger_transfer t
        WHERE t.id = NEW.transfer_id
          AND t.posted_txid = txid_current() AND t.created_at = transaction_timestamp()
    ) THEN
        RAISE EXCEPTION 'ledger: hold % can only be posted with the transfer made for it', OLD.key
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.resolved_at := transaction_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_hold_transition BEFORE UPDATE ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_hold_transition();

-- What was held is free again, account by account in the order in which everybody locks them.
CREATE FUNCTION ledger_hold_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT account_id, amount_micros FROM ledger_holdline WHERE hold_id = NEW.id ORDER BY account_id LOOP
        UPDATE ledger_account SET held_micros = held_micros - line.amount_micros WHERE id = line.account_id;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_hold_release AFTER UPDATE ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_hold_release();

-- At commit: the transfer of a posted hold takes from no account more than the hold had set aside there.
CREATE FUNCTION ledger_hold_posted_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_entry e
        LEFT JOIN ledger_holdline l ON l.hold_id = NEW.id AND l.account_id = e.account_id
        WHERE e.transfer_id = NEW.transfer_id AND e.amount_micros < 0
        GROUP BY e.account_id, l.amount_micros
        HAVING -sum(e.amount_micros) > coalesce(l.amount_micros, 0)
    ) THEN
        RAISE EXCEPTION 'ledger: transfer % takes more than hold % had set aside', NEW.transfer_id, NEW.key
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_hold_posted_within AFTER UPDATE ON ledger_hold
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'posted')
    EXECUTE FUNCTION ledger_hold_posted_within();
