import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ashao_site.embedded import template

from .helpers import EMBEDDED, ROOT, embedded, plain_env, processes_in, wait_for

ASK = """
import json, os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    row = db.execute("select lower('ÄÖ'), current_database(), current_setting('max_connections')").fetchone()
cache = redis.from_url(os.environ["REDIS_URL"])
names = ("ASHAO_HOME", "ASHAO_ENV", "SECRET_KEY")
print(json.dumps({"row": row, "ping": cache.ping(), "env": [os.environ[name] for name in names]}))
raise SystemExit(7)
"""


def test_gives_a_command_working_servers_and_cleans_up() -> None:
    done = embedded(
        "services", "--", sys.executable, "-c", ASK, env=plain_env(DATABASE_URL="mine", REDIS_URL="mine")
    )
    assert done.returncode == 7, done.stderr
    said = json.loads(done.stdout)
    assert said["row"] == ["äö", "ashao", "200"]
    assert said["ping"] is True
    home, kind, secret_key = said["env"]
    assert kind == "test"
    assert len(secret_key) > 40
    assert not Path(home).exists()
    assert processes_in(Path(home)) == []


ASK_CHAIN = """
import json, os
from ashao_site.embedded.config import CHAIN_VARIABLES
print(json.dumps({name: os.environ.get(name) for name in CHAIN_VARIABLES}))
"""


def test_a_command_has_no_chain_unless_it_is_asked_for() -> None:
    env = plain_env(CHAIN_RPC_URL="https://node.example", USDC_ADDRESS="mine")
    done = embedded("services", "--", sys.executable, "-c", ASK_CHAIN, env=env)
    assert set(json.loads(done.stdout).values()) == {None}
    done = embedded("services", "--chain", "--", sys.executable, "manage.py", "check_chain", env=env)
    assert (done.returncode, done.stdout[:25]) == (0, "The chain answers: block "), done.stderr
    done = embedded("services", "--chain", "--", sys.executable, "-c", ASK_CHAIN, env=env)
    said = json.loads(done.stdout)
    assert said["CHAIN_ID"] == "31337"
    assert None not in said.values()


def test_needs_a_command() -> None:
    done = embedded("services", "--", env=plain_env())
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_command_that_does_not_exist_fails() -> None:
    assert embedded("services", "--", "no-such-command-here", env=plain_env()).returncode != 0


@pytest.mark.parametrize(
    ("sign", "expected"), [(signal.SIGTERM, 9), (signal.SIGINT, 9), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_signal_ends_the_command_and_the_servers(sign: signal.Signals, expected: int) -> None:
    command = "trap 'exit 9' TERM INT; echo $ASHAO_HOME; while :; do sleep 0.1; done"
    with subprocess.Popen(
        (*EMBEDDED, "services", "--", "sh", "-c", command),
        cwd=ROOT,
        env=plain_env(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        home = Path(process.stdout.readline().strip())
        os.kill(process.pid, sign)
        assert process.wait(60) == expected
    assert wait_for(lambda: not processes_in(home)), processes_in(home)
    # A wrapper that was killed cannot tidy its home: the next one does, once it is no longer new.
    if home.exists():
        os.utime(home, (0, 0))
    embedded("services", "--", "true", env=plain_env())
    assert not home.exists()


ASK_TABLES = """
import json, os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    tables = [row[0] for row in db.execute("select tablename from pg_tables where schemaname = 'public'")]
    rows = {table: db.execute(f'select count(*) from "{table}"').fetchone()[0] for table in tables}
print(json.dumps(rows))
"""
FILLED = {"django_migrations", "django_content_type", "auth_permission", "ledger_account"}
"""What a migration leaves behind: its own record, Django's lists, and the house's accounts."""


def test_the_database_has_all_tables_and_nothing_of_anybody() -> None:
    done = embedded("services", "--", sys.executable, "-c", ASK_TABLES, env=plain_env())
    rows = json.loads(done.stdout)
    assert {table for table, count in rows.items() if count} == FILLED
    left = embedded("services", "--", sys.executable, "manage.py", "migrate", "--check", env=plain_env())
    assert left.returncode == 0, left.stdout + left.stderr


def test_two_that_need_the_template_make_it_once() -> None:
    folder = template.STORE / f"test-{os.getpid()}"
    command = [*EMBEDDED, "template", str(folder)]
    try:
        both = [subprocess.Popen(command, cwd=ROOT, env=plain_env()) for _ in range(2)]
        assert [process.wait(120) for process in both] == [0, 0]
        assert (folder / "data" / "PG_VERSION").exists()
        assert not (folder / "data" / "postmaster.pid").exists()
        assert not folder.with_name(f"{folder.name}.part").exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
