"""What the defaults of development are refused for, each in one sentence that says what to do."""

import os
import subprocess
import sys

import pytest

from ashao_site.configuration.development import is_own
from ashao_site.embedded.config import CHAIN_VARIABLES, ROOT

PRODUCTION = {"ASHAO_ENV": "production", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "chat.example.org"}
CHAIN = {
    "CHAIN_RPC_URL": "http://127.0.0.1:1",
    **{
        name: "0x" + pair * 20
        for name, pair in zip(CHAIN_VARIABLES[3:7], ("ab", "cd", "ef", "1f"), strict=True)
    },
}
SHOW = (
    "from django.conf import settings as s;"
    "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_SECONDS, s.SECURE_PROXY_SSL_HEADER)"
)


def python(code: str, **env: str) -> "subprocess.CompletedProcess[str]":
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in (*CHAIN_VARIABLES, "ASHAO_ENV", "ALLOWED_HOSTS", "HOST", "TRUSTED_PROXIES")
    }
    return subprocess.run(
        (sys.executable, "-c", code),
        cwd=ROOT,
        env={**inherited, "DJANGO_SETTINGS_MODULE": "ashao_site.settings", **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


REFUSED = [
    ("CHAIN_ID", {"CHAIN_ID": "1"}),
    ("CHAIN_ID", {"CHAIN_ID": "8453", **CHAIN}),
    ("CHAIN_RPC_URL", {**CHAIN, "CHAIN_RPC_URL": "https://mainnet.example.org/v2/hunter2"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "localhost,chat.example.org"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "*"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "192.0.2.7"}),
    ("HOST", {"HOST": "0.0.0.0"}),
]


@pytest.mark.parametrize(
    ("name", "env"), REFUSED, ids=[f"{name}-{number}" for number, (name, _) in enumerate(REFUSED)]
)
def test_development_is_for_this_machine_and_its_own_chain(name: str, env: dict[str, str]) -> None:
    code = "import ashao_site.asgi" if name == "HOST" else SHOW
    done = python(code, **env)
    sentence = done.stderr.strip().splitlines()[-1]
    assert done.returncode != 0
    assert sentence.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} ")
    assert sentence.endswith("set ASHAO_ENV=production for a network that others use.")
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"ALLOWED_HOSTS": "localhost,127.0.0.2,[::1],a.localhost"},
        {**CHAIN, "CHAIN_RPC_URL": "http://anvil:8545"},
        {"ASHAO_ENV": "test", "ALLOWED_HOSTS": "*", "CHAIN_ID": "1"},
    ],
)
def test_what_is_its_own_starts(env: dict[str, str]) -> None:
    done = python(SHOW, **env)
    assert (done.returncode, done.stdout.strip()) == (0, "sessionid csrftoken 0 None"), done.stderr


def test_production_reaches_browsers_over_https_alone() -> None:
    chain = {"CHAIN_ID": "8453", **CHAIN, "CHAIN_RPC_URL": "https://node.example.org"}
    shown = python(SHOW, **PRODUCTION, **chain, TRUSTED_PROXIES="1")
    header = "('HTTP_X_FORWARDED_PROTO', 'https')"
    assert shown.stdout.strip() == f"__Host-sessionid csrftoken 31536000 {header}", shown.stderr
    assert python(SHOW, **PRODUCTION).stdout.strip() == "__Host-sessionid csrftoken 31536000 None"


def test_which_names_are_this_machine() -> None:
    assert all(
        is_own(name) for name in ("localhost", "LOCALHOST", "127.9.9.9", "::1", "[::1]", "x.localhost")
    )
    assert not any(is_own(name) for name in ("", "*", ".", "localhost.example.org", "10.0.0.1", "0.0.0.0"))


@pytest.mark.parametrize(
    "url",
    [
        "postgres://alice:hunter2@host:port/name",
        "postgres://alice:hunter2@[host/name",
        "postgres://h/n?nothing=hunter2",
    ],
)
def test_a_wrong_database_is_refused_in_one_sentence_that_tells_no_password(url: str) -> None:
    done = python(SHOW, DATABASE_URL=url)
    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured:"
        " DATABASE_URL must look like postgres://user:password@host:port/name."
    )
    assert "hunter2" not in done.stderr


def test_a_database_of_several_hosts_is_read_as_libpq_reads_it() -> None:
    url = "postgres://al%40ice:se%2Fcret@a:5432,b:5433/ashao?sslmode=require"
    show = (
        "from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(d['USER'], d['PASSWORD'], d['HOST'], d['PORT'], d['NAME'], d['OPTIONS']['sslmode'])"
    )
    assert python(show, DATABASE_URL=url).stdout.split() == [
        "al@ice",
        "se/cret",
        "a,b",
        "5432,5433",
        "ashao",
        "require",
    ]


def test_a_value_is_taken_as_it_stands() -> None:
    show = "from django.conf import settings as s; print(s.SECRET_KEY)"
    assert python(show, SECRET_KEY="$HOME of secrets").stdout.strip() == "$HOME of secrets"
