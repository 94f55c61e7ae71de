"""The audit log is written once: the database refuses to change or delete a line, or to empty the table."""

from django.db import migrations

RULES = """
CREATE FUNCTION accounts_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit: % of % is refused: the audit log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER accounts_audit_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER accounts_audit_no_truncate BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
"""
NO_RULES = "DROP FUNCTION IF EXISTS accounts_audit_refuse() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_auditentry")]

    operations = [migrations.RunSQL(sql=RULES, reverse_sql=NO_RULES)]
