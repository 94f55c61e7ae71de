import pytest
from ashao_worker.config import is_loopback, parse
from ashao_worker.errors import BadInput

KEY = {"ASHAO_API_KEY": "ak_1"}


def test_defaults() -> None:
    config = parse([], KEY)
    assert (config.network, config.upstream) == ("http://127.0.0.1:8000", "http://localhost:11434/v1")
    assert (config.api_key, config.worker_token, config.jobs, config.tiers) == ("ak_1", None, 1, None)
    assert config.name is None  # a machine's own name is nobody's business


def test_flags_win_over_the_environment() -> None:
    env = KEY | {"ASHAO_JOBS": "3", "ASHAO_TIERS": "pro", "ASHAO_TEMPERATURE": "0.5", "ASHAO_JSON": "yes"}
    config = parse(["--jobs", "4", "--token", "wt_2", "--network", "https://example.org/a/"], env)
    assert (config.jobs, config.tiers, config.temperature, config.json) == (4, ("pro",), 0.5, True)
    assert (config.api_key, config.worker_token) == (None, "wt_2")
    assert config.network == "https://example.org/a"


def test_once_is_one_job_at_a_time() -> None:
    assert parse(["--once", "--jobs", "5"], KEY).jobs == 1


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--network", "localhost:8000"], "--network"),
        (["--network", "ftp://a"], "--network"),
        (["--network", "http://"], "--network"),
        (["--network", "http://[::1"], "--network"),
        (["--network", "http://a:99999"], "--network"),
        (["--network", "http://a?b=c"], "--network"),
        (["--upstream", "http://a b/v1"], "--upstream"),
        (["--tiers", "pro,ultra"], "ultra"),
        (["--name", "x" * 81], "--name"),
        (["--tiers", ","], "tier"),
        (["--jobs", "0"], "1 to 16"),
        (["--jobs", "17"], "1 to 16"),
        (["--jobs", "two"], "1 to 16"),
        (["--jobs", "-1"], "1 to 16"),
        (["--max-tokens", "0"], "--max-tokens"),
        (["--temperature", "nan"], "--temperature"),
        (["--temperature", "3"], "--temperature"),
        (["--drain", "soon"], "--drain"),
        (["--api-key", "wt_1"], "ak_"),
        (["--token", "ak_1"], "wt_"),
        (["--api-key", "ak_1", "--token", "wt_1"], "not both"),
        (["--api-key", "ak_é"], "copy it again"),
        (["--upstream-key", "a b"], "copy it again"),
        (["--wat"], "--help"),
    ],
)
def test_bad_input_is_one_sentence(flags: list[str], says: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(flags, KEY)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_key_is_needed() -> None:
    with pytest.raises(BadInput, match="--api-key"):
        parse([], {})


def test_an_environment_switch_is_yes_or_no() -> None:
    with pytest.raises(BadInput, match="ASHAO_ONCE"):
        parse([], KEY | {"ASHAO_ONCE": "maybe"})


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.9", True),
        ("http://[::1]:8", True),
        ("http://example.org", False),
        ("http://10.0.0.1", False),
    ],
)
def test_is_loopback(url: str, local: bool) -> None:
    assert is_loopback(url) is local
