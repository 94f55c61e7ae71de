"""What the program was asked to do: flags, then environment variables, then defaults. Parsed once, typed."""

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NoReturn
from urllib.parse import urlsplit

import httpx

from . import __version__
from .errors import BadInput
from .limits import (
    CONTEXT_MAX_TOKENS,
    CONTEXT_MIN_TOKENS,
    DRAIN_S,
    JOBS_MAX,
    MAX_TOKENS_MAX,
    NAME_MAX_CHARS,
    UPSTREAM_SILENCE_S,
)

TIERS = ("pro", "max")
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, kw_only=True)
class Config:
    """One run's settings. Exactly one of `api_key` and `worker_token` is set."""

    network: str
    api_key: str | None
    worker_token: str | None
    upstream: str
    upstream_key: str | None
    model: str | None
    name: str | None = None
    tiers: tuple[str, ...] | None
    jobs: int
    max_tokens: int
    context: int | None = None
    temperature: float | None
    upstream_silence_s: float
    drain_s: float
    once: bool
    json: bool
    quiet: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}. See ashao-worker --help.")


def parse(argv: Sequence[str] | None, env: Mapping[str, str]) -> Config:
    """The settings, or `BadInput` with one sentence that says what to change."""
    flags = vars(_parser().parse_args(argv))
    api_key, worker_token = _credentials(flags, env)
    temperature, context = _value(flags, env, "temperature"), _value(flags, env, "context")
    silence = _value(flags, env, "upstream_timeout") or str(UPSTREAM_SILENCE_S)
    once = _switch(flags, env, "once")
    return Config(
        network=_url("--network", _value(flags, env, "network") or "http://127.0.0.1:8000"),
        api_key=api_key,
        worker_token=worker_token,
        upstream=_url("--upstream", _value(flags, env, "upstream") or "http://localhost:11434/v1"),
        upstream_key=_header("--upstream-key", _value(flags, env, "upstream_key")),
        model=_value(flags, env, "model"),
        name=_name(_value(flags, env, "name")),
        tiers=_tiers(_value(flags, env, "tiers")),
        jobs=1 if once else _integer("--jobs", _value(flags, env, "jobs") or "1", JOBS_MAX),
        max_tokens=_integer("--max-tokens", _value(flags, env, "max_tokens") or "1024", MAX_TOKENS_MAX),
        context=None if context is None else _context(context),
        temperature=None if temperature is None else _number("--temperature", temperature, 0.0, 2.0),
        upstream_silence_s=_number("--upstream-timeout", silence, 0.1, 3600.0),
        drain_s=_number("--drain", _value(flags, env, "drain") or str(DRAIN_S), 0.0, 3600.0),
        once=once,
        json=_switch(flags, env, "json"),
        quiet=_switch(flags, env, "quiet"),
    )


def is_loopback(url: str) -> bool:
    """Whether `url` is on this machine: a proxy from the environment is not used for it."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ashao-worker",
        description="Claims jobs from an ashao network and has your model server answer them.",
        epilog="Each option can be an environment variable: ASHAO_NETWORK, ASHAO_API_KEY, "
        "ASHAO_WORKER_TOKEN (for --token), ASHAO_UPSTREAM, ASHAO_MAX_TOKENS and so on. "
        "Keep secrets there: other users of a machine can read a program's arguments.",
        allow_abbrev=False,
    )
    option = parser.add_argument
    option("--network", metavar="URL", help="the network (default http://127.0.0.1:8000)")
    option("--api-key", metavar="ak_…", help="an API key: registers a worker once, and remembers it")
    option("--token", metavar="wt_…", help="the token of a registered worker")
    option("--upstream", metavar="URL", help="OpenAI-compatible server (default http://localhost:11434/v1)")
    option("--upstream-key", metavar="KEY", help="the model server's key, if it wants one")
    option("--model", metavar="NAME", help="the model, as the model server calls it")
    option("--name", metavar="NAME", help="what you call this worker, for yourself (default: nothing)")
    option("--tiers", metavar="LIST", help="pro, max or both, the preferred one first (default max,pro)")
    option("--jobs", metavar="N", help=f"jobs at once, 1 to {JOBS_MAX} (default 1)")
    option("--max-tokens", metavar="N", help="longest answer in tokens (default 1024)")
    option("--context", metavar="N", help="tokens that the model reads (default: the model server is asked)")
    option("--temperature", metavar="T", help="0 to 2 (default: the model server's)")
    option("--upstream-timeout", metavar="S", help="silence after which a job is given up (default 120)")
    option("--drain", metavar="S", help="how long Ctrl-C lets running jobs finish (default 60)")
    option("--once", action="store_true", help="serve one job, then exit")
    option("--json", action="store_true", help="one JSON object a line on standard output")
    option("--quiet", action="store_true", help="print errors only")
    option("--version", action="version", version=f"ashao-worker {__version__}")
    return parser


def _value(flags: Mapping[str, object], env: Mapping[str, str], name: str) -> str | None:
    flag = flags.get(name)
    given = "" if flag is None else str(flag).strip()
    return given or env.get(f"ASHAO_{name.upper()}", "").strip() or None


def _switch(flags: Mapping[str, object], env: Mapping[str, str], name: str) -> bool:
    if flags.get(name):
        return True
    value = env.get(f"ASHAO_{name.upper()}", "").strip().lower()
    if value not in TRUE | FALSE:
        raise BadInput(f"ASHAO_{name.upper()} must be 1 or 0.")
    return value in TRUE


def _credentials(flags: Mapping[str, object], env: Mapping[str, str]) -> tuple[str | None, str | None]:
    api_key, token = _value(flags, {}, "api_key"), _value(flags, {}, "token")
    if api_key is None and token is None:
        api_key, token = _value({}, env, "api_key"), _value({}, env, "worker_token")
    if api_key and token:
        raise BadInput("Give either an API key or a worker token, not both.")
    if not (api_key or token):
        raise BadInput("Give --api-key ak_… or --token wt_… (or set ASHAO_API_KEY or ASHAO_WORKER_TOKEN).")
    if api_key and not api_key.startswith("ak_"):
        raise BadInput("An API key begins with ak_; a worker token (wt_…) goes to --token.")
    if token and not token.startswith("wt_"):
        raise BadInput("A worker token begins with wt_; an API key (ak_…) goes to --api-key.")
    return _header("--api-key", api_key), _header("--token", token)


def _header(flag: str, value: str | None) -> str | None:
    """A key travels in a header: letters of other scripts and line breaks cannot."""
    if value is not None and not (value.isascii() and value.isprintable() and " " not in value):
        raise BadInput(f"{flag} has characters in it that no key has: copy it again.")
    return value


def _url(flag: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        httpx.URL(value)
    except (ValueError, httpx.InvalidURL):
        valid = False
    if not valid or parts.query or parts.fragment or parts.username or any(c.isspace() for c in value):
        raise BadInput(f"{flag} must be an address such as http://localhost:8000, without a query.")
    return value.rstrip("/")


def _tiers(value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    tiers = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
    for tier in tiers:
        if tier not in TIERS:
            raise BadInput(f"There is no tier {tier!r}: use pro, max or pro,max.")
    return tiers


def _name(value: str | None) -> str | None:
    if value is not None and len(value) > NAME_MAX_CHARS:
        raise BadInput(f"--name has at most {NAME_MAX_CHARS} characters.")
    return value


def _context(value: str) -> int:
    return _integer("--context", value, CONTEXT_MAX_TOKENS, least=CONTEXT_MIN_TOKENS)


def _integer(flag: str, value: str, most: int, *, least: int = 1) -> int:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    if not least <= number <= most:
        raise BadInput(f"{flag} must be a whole number from {least} to {most}.")
    return number


def _number(flag: str, value: str, least: float, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise BadInput(f"{flag} must be a number from {least:g} to {most:g}.")
    return number
