import json
import os
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sysconfig
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from ashao_site.embedded.pgplace import outside_folder_of
from ashao_site.embedded.proctable import started_at
from ashao_site.embedded.stack import Stack, StackError

from .helpers import EMBEDDED, ROOT, SERVERS, embedded, plain_env, processes_in, wait_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


def test_starts_and_stops_without_a_trace(home: Path) -> None:
    with Stack(home=home, only=SERVERS) as stack:
        told = json.loads((home / "services.json").read_text())
        assert told["database_url"].startswith("postgres://ashao:")
        assert told["redis_url"].startswith("redis://:")
        assert told["pid"] == stack.supervisor_pid
        private = ("services.json", "postgres_password", "pids.json", "valkey/valkey.conf", "lock")
        assert {stat.S_IMODE((home / name).stat().st_mode) for name in private} == {0o600}
        passwords = [(home / "postgres_password").read_text().strip(), told["redis_url"][9:40]]
        assert not any(password in line for password in passwords for line in processes_in(home))
        assert stack.stop() == 0
        assert not (home / "services.json").exists()
        assert processes_in(home) == []


def test_keeps_the_database_and_forgets_the_cache(home: Path) -> None:
    with Stack(home=home, only=SERVERS) as stack:
        with psycopg.connect(stack.database_url) as db:
            db.execute("create table kept (value int)")
        redis.Redis.from_url(stack.redis_url).set("gone", 1)
        stack.stop()
        stack.start()
        with psycopg.connect(stack.database_url) as db:
            assert db.execute("select count(*) from kept").fetchone() == (0,)
        assert redis.Redis.from_url(stack.redis_url).dbsize() == 0


def test_a_killed_server_comes_back_on_its_port(home: Path) -> None:
    with Stack(home=home, only=SERVERS) as stack:
        urls = (stack.database_url, stack.redis_url)
        with psycopg.connect(stack.database_url) as db:
            db.execute("create table kept (value int)")
        redis.Redis.from_url(stack.redis_url).set("gone", 1)
        old = stack.pids()
        assert {name: stack.restart(name) for name in SERVERS}.items().isdisjoint(old.items())
        assert (stack.database_url, stack.redis_url) == urls
        with psycopg.connect(stack.database_url) as db:
            assert db.execute("select count(*) from kept").fetchone() == (0,)
        assert redis.Redis.from_url(stack.redis_url).dbsize() == 0


def test_a_second_copy_in_the_same_home_is_refused(home: Path) -> None:
    with Stack(home=home, only=SERVERS) as stack:
        done = embedded("run", "--only", "valkey", env=plain_env(ASHAO_HOME=str(home)))
        assert done.returncode == 2
        assert done.stderr == f"ashao: ashao is already running in {home} (pid {stack.supervisor_pid}).\n"
        assert stack.is_ready()


def test_a_port_in_use_is_refused_before_anything_starts(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = embedded("run", env=plain_env(ASHAO_HOME=str(home), PORT=str(port)))
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"Port {port} is already in use" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (home / "postgres").exists()


def test_two_homes_side_by_side() -> None:
    with Stack(only=SERVERS) as first, Stack(only=SERVERS) as second:
        assert first.database_url != second.database_url
        assert first.redis_url != second.redis_url
        first.stop()
        assert second.is_ready()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything(home: Path, sign: signal.Signals) -> None:
    with Stack(home=home, only=SERVERS) as stack:
        os.kill(stack.supervisor_pid, sign)
        assert stack.stop() == 0
        assert processes_in(home) == []


def test_after_a_kill_nothing_is_left_and_the_next_start_works(home: Path) -> None:
    with Stack(home=home, only=SERVERS) as stack:
        os.kill(stack.supervisor_pid, signal.SIGKILL)
        assert wait_for(lambda: not processes_in(home)), processes_in(home)
        stack.stop()
        stack.start()
        assert stack.is_ready()


def test_ends_with_the_process_it_was_started_for(home: Path) -> None:
    run = f"{shlex.join(EMBEDDED)} run --only valkey --parent $$"
    starter = subprocess.Popen(
        ("sh", "-c", f"{run} & wait"),
        cwd=ROOT,
        env=plain_env(ASHAO_HOME=str(home)),
        stdout=subprocess.DEVNULL,
    )
    assert wait_for((home / "services.json").exists)
    starter.kill()
    starter.wait()
    assert wait_for(lambda: not processes_in(home)), processes_in(home)


def test_leftovers_are_stopped_and_strangers_are_not(home: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger, subprocess.Popen(["sleep", "60"]) as leftover:
        rows = {
            "web": {"pid": stranger.pid, "started": "another boot:1"},
            "beat": {"pid": leftover.pid, "started": started_at(leftover.pid)},
        }
        (home / "pids.json").write_text(json.dumps(rows))
        with Stack(home=home, only=["valkey"]) as stack:
            assert leftover.wait(60) == -signal.SIGTERM
            assert stranger.poll() is None
            assert "An earlier run had left beat running" in stack.output()
        stranger.kill()


def test_a_stale_pid_file_of_postgres_does_not_matter(home: Path) -> None:
    with Stack(home=home, only=SERVERS) as stack:
        data = home / "postgres" / "data"
        lines = (data / "postmaster.pid").read_text().splitlines()
        stack.stop()
        with subprocess.Popen(["sleep", "60"]) as stranger:  # the pid has been given to someone else
            (data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            stack.start()
            assert stranger.poll() is None
            stranger.kill()


def test_a_database_without_its_password_is_set_aside(home: Path) -> None:
    with Stack(home=home, only=["postgres"]) as stack:
        stack.stop()
        (home / "postgres_password").unlink()
        stack.start()
        assert "set aside" in stack.output()
        assert (home / "postgres" / "data.previous").is_dir()


def test_a_start_that_fails_says_so_and_leaves_nothing(home: Path) -> None:
    (home / "postgres_password").write_text("known\n")
    (home / "postgres").mkdir()
    (home / "postgres" / "data").mkdir()
    (home / "postgres" / "data" / "PG_VERSION").write_text("9\n")
    if os.geteuid() == 0:
        for path in (home / "postgres", *(home / "postgres").rglob("*")):
            shutil.chown(path, "nobody")
            path.chmod(0o777)
    done = embedded("run", "--only", "postgres", env=plain_env(ASHAO_HOME=str(home)))
    assert done.returncode == 1
    assert "ashao: postgres ended while starting" in done.stderr
    assert "Traceback" not in done.stderr


@as_root
def test_a_home_that_postgres_cannot_reach() -> None:
    with tempfile.TemporaryDirectory() as closed:  # mode 700
        home = Path(closed) / "home"
        with Stack(home=home, only=SERVERS) as stack:
            outside = outside_folder_of(home)
            assert outside is not None
            assert f"The database is kept in {outside}" in stack.output()
            assert stat.S_IMODE(Path(closed).stat().st_mode) == 0o700
            stack.stop()
            stack.start()
        assert not outside.exists()


@as_root
def test_runs_as_an_ordinary_user(home: Path) -> None:
    python = next((path for path in ("/usr/bin/python3.11", "/usr/bin/python3") if Path(path).exists()), None)
    packages = sysconfig.get_paths()["purelib"]
    can_start = (
        "sh",
        "-c",
        f"{python} -c 'import sys; sys.exit(sys.version_info < (3, 11))' && cd '{packages}'",
    )
    if python is None or subprocess.run(can_start, user="nobody", group="nogroup", check=False).returncode:
        pytest.skip("nobody cannot reach a Python and this checkout")
    shutil.chown(home, "nobody")
    home.chmod(0o700)
    env = plain_env(
        ASHAO_HOME=str(home), PYTHONPATH=packages, HOME="/nonexistent", PYTHONDONTWRITEBYTECODE="1"
    )
    with subprocess.Popen(
        (python, "-m", "ashao_site.embedded", "run", "--temporary", "--only", "postgres,valkey"),
        cwd=ROOT,
        env=env,
        user="nobody",
        group="nogroup",
        extra_groups=[],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any("The servers are ready." in line for line in process.stdout)
        assert (home / "postgres" / "data").is_dir()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_a_stack_that_cannot_start_tells_why(home: Path) -> None:
    with pytest.raises(StackError, match="--only knows"), Stack(home=home, only=["postgres", "redis"]):
        pass
