"""The tree of messages itself, and how those from before come into it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from chat.conversation.models import Conversation, Message
from chat.conversation.tree import Stub, Tree
from chat.sending.models import SentKey
from tests.chat.branching import say
from tests.chat.support import Browser


@pytest.mark.django_db(transaction=True)
def test_old_messages_become_one_path(alice: Browser) -> None:
    """As they were before: in the order of their keys, without parents. What has a head already is left alone."""
    migration = import_module("chat.migrations.0005_one_path_of_old_messages")
    old = say(alice, "One", "Two", key="old")
    say(alice, "Three", "Four", conversationId=old["conversationId"])
    other = say(alice, "Other", "x")
    new = say(alice, "New", "x")
    say(alice, "Neu", "y", conversationId=new["conversationId"], editOf=new["questionId"])
    before = [alice.messages(one["conversationId"]) for one in (old, other, new)]
    rows = Conversation.objects.filter(public_id__in=[old["conversationId"], other["conversationId"]])
    keys = list(rows.values_list("pk", flat=True))
    rows.update(head=None)
    Message.objects.filter(conversation__in=keys).update(parent=None)
    SentKey.objects.update(question_id="", answer_id="")
    with connection.schema_editor(atomic=False) as editor:
        migration.put_in_line(apps, editor)
        migration.put_in_line(apps, editor)
    assert [alice.messages(one["conversationId"]) for one in (old, other, new)] == before
    assert alice.send("One", key="old").json() == old
    Message.objects.filter(job_id=old["jobId"]).update(job_id="job_0000000000000000000000")
    SentKey.objects.update(question_id="", answer_id="")
    rows.update(head=None)
    with connection.schema_editor(atomic=False) as editor:
        migration.put_in_line(apps, editor)
    assert alice.send("One", key="old").json() == old


TREES = st.lists(st.integers(min_value=0, max_value=2**31), max_size=40)


@given(TREES, st.integers(min_value=0))
def test_paths_of_any_tree(seeds: list[int], pick: int) -> None:
    """Each message comes after some earlier one, or after none."""
    nodes: list[Stub] = []
    for n, seed in enumerate(seeds, start=1):
        parent = seed % n or None
        nodes.append(Stub(n, parent, f"msg_{n}", "user", "done", True))
    tree = Tree(reversed(nodes))
    assert [node.pk for node in tree] == list(range(1, len(nodes) + 1))
    assert tree.path(None) == tree.path(len(nodes) + 1) == []
    if not nodes:
        return
    pk = pick % len(nodes) + 1
    path = tree.path(pk)
    assert [node.parent for node in path] == [None, *(node.pk for node in path[:-1])]
    assert path[-1].pk == pk
    end = tree.newest_end(pk)
    assert tree.has_on_path(pk, head=end)
    assert tree.newest_end(end) == end
    assert all(not tree.has_on_path(pk, head=node.pk) for node in nodes if node.pk > end)
    assert f"msg_{pk}" in tree.versions(pk)
    assert len({tuple(tree.versions(node.pk)) for node in nodes}) == len({node.parent for node in nodes})
