from django.db import migrations, transaction

BATCH = 100

PARENTS = """
    UPDATE chat_message SET parent_id = placed.parent_id
    FROM (
        SELECT id, lag(id) OVER (PARTITION BY conversation_id ORDER BY id) AS parent_id
        FROM chat_message WHERE conversation_id = ANY(%s)
    ) AS placed
    WHERE chat_message.id = placed.id AND placed.parent_id IS NOT NULL
"""
HEADS = """
    UPDATE chat_conversation
    SET head_id = (SELECT max(id) FROM chat_message WHERE conversation_id = chat_conversation.id)
    WHERE id = ANY(%s)
"""

# The answer of a key's message is that of its job. Where that was tried again it has another job: then it is the
# first one that was written once the key was. Found first, as a table of its own: in one condition with the join,
# every batch would read all messages that there are.
IDS_OF_KEYS = """
    WITH found AS MATERIALIZED (
        SELECT id, COALESCE(
            (SELECT id FROM chat_message AS one WHERE one.job_id = chat_sentkey.job_id),
            (
                SELECT min(id) FROM chat_message AS one
                WHERE one.conversation_id = chat_sentkey.conversation_id
                    AND one.role = 'assistant' AND one.created_at >= chat_sentkey.created_at
            )
        ) AS answer
        FROM chat_sentkey WHERE conversation_id = ANY(%s) AND answer_id = ''
    )
    UPDATE chat_sentkey SET answer_id = answer.public_id, question_id = question.public_id
    FROM found
    JOIN chat_message AS answer ON answer.id = found.answer
    JOIN chat_message AS question ON question.id = answer.parent_id
    WHERE chat_sentkey.id = found.id
"""


def put_in_line(apps, schema_editor):
    """Batch by batch, the newest conversation last; each batch is done as a whole, or again."""
    conversation = apps.get_model("chat", "Conversation")
    after = 0
    while True:
        rows = conversation.objects.filter(pk__gt=after, head=None).order_by("pk")
        batch = list(rows.values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            # Locked, so that nobody writes in them. What a process of this version has written in has a head already.
            left = conversation.objects.filter(pk__in=batch, head=None).order_by("pk").select_for_update()
            keys = list(left.values_list("pk", flat=True))
            for statement in (PARENTS, HEADS, IDS_OF_KEYS):
                cursor.execute(statement, [keys])
        after = batch[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("chat", "0004_branches"),
    ]

    operations = [
        migrations.RunPython(put_in_line, migrations.RunPython.noop, elidable=True),
    ]
