from pathlib import Path

import pytest

from ashao_site.embedded.config import ROOT, StartError, read_config

from .helpers import embedded, plain_env


def test_defaults() -> None:
    config = read_config({})
    assert (config.port, config.home, config.asgi_server) == (8000, ROOT / ".local", "uvicorn")
    assert config.database_url is None
    assert config.redis_url is None
    assert config.chain_rpc_url is None


def test_reads_every_variable() -> None:
    config = read_config(
        {
            "PORT": "9001",
            "ASHAO_HOME": "/tmp/a home",
            "DATABASE_URL": "postgres://alice:secret@db.example:5432/ashao",
            "REDIS_URL": "rediss://cache.example:6380/1",
            "CHAIN_RPC_URL": "https://node.example/key",
            "CHAIN_ID": "8453",
            "ASGI_SERVER": "daphne",
            "FALLBACK_CONCURRENCY": "8",
        }
    )
    assert (config.port, config.home, config.asgi_server) == (9001, Path("/tmp/a home"), "daphne")
    assert config.database_url == "postgres://alice:secret@db.example:5432/ashao"
    assert config.redis_url == "rediss://cache.example:6380/1"
    assert config.chain_rpc_url == "https://node.example/key"
    assert config.fallback_concurrency == 8


WRONG = [
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "80a"),
    ("PORT", "٣"),
    ("ASGI_SERVER", "gunicorn"),
    ("FALLBACK_CONCURRENCY", "0"),
    ("DATABASE_URL", "mysql://host/name"),
    ("DATABASE_URL", "postgres://"),
    ("DATABASE_URL", "postgres://host:port/name"),
    ("REDIS_URL", "http://host"),
    ("REDIS_URL", "localhost:6379"),
    ("CHAIN_RPC_URL", "wss://node.example"),
    ("CHAIN_ID", "8453"),  # of another chain than the dev chain, and no such chain is named
    ("TREASURY_ADDRESS", "0x" + "11" * 20),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_refuses_wrong_values_by_name(name: str, value: str) -> None:
    with pytest.raises(StartError, match=f"^{name} .*\\.$"):
        read_config({name: value})


def test_the_id_of_the_dev_chain_may_be_said() -> None:
    assert read_config({"CHAIN_ID": "31337"}).chain_rpc_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "eighty"), ("DATABASE_URL", "mysql://u:hunter2@h/n"), ("ASHAO_HOME", "/proc/x")],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(name: str, value: str) -> None:
    done = embedded("run", env=plain_env(**{name: value}))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"ashao: {name} ")
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = embedded("run", env=plain_env(ASHAO_HOME=str(tmp_path / "file")))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
