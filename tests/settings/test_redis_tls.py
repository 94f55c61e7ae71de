"""`rediss://`: whoever speaks to Redis verifies its certificate, the tasks and the live news too."""

import asyncio
import datetime
import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from ashao_site.embedded.config import ROOT

SPEAK = """
import asyncio, json, django
django.setup()
from channels.layers import get_channel_layer
from ashao_site.celery import app
from ashao_site.lib.redis import redis
told = {}
def note(name, call):
    try:
        call()
        told[name] = "spoke"
    except Exception as error:
        told[name] = f"{error} {error.__cause__} {error.__context__}"
async def news():
    await get_channel_layer().group_send("nobody", {"type": "x"})
async def command():
    await redis().pipe.command("PING")
def task():
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=5)
        connection.default_channel.client.ping()
note("commands", lambda: asyncio.run(command()))
note("news", lambda: asyncio.run(news()))
note("tasks", task)
print(json.dumps(told))
"""


def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate that it signed itself, for this name or address."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "redis of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    alternative = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    raw = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(raw + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Relay:
    """Ends TLS in front of the real server."""

    certificate: Path
    port: int = 0

    async def serve(self, ready: threading.Event, over: threading.Event) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate)
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await asyncio.to_thread(over.wait)
        server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = urlsplit(settings.REDIS_URL)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", behind.port)
        await asyncio.gather(_copy(reader, to_server), _copy(from_server, writer), return_exceptions=True)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while part := await source.read(65_536):
            target.write(part)
            await target.drain()
    finally:
        target.close()


@pytest.fixture(params=["127.0.0.1", "other.example.org"])
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Relay]:
    running = Relay(certificate(tmp_path, request.param))
    ready, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(running.serve(ready, over)))
    thread.start()
    assert ready.wait(60)
    yield running
    over.set()
    thread.join(60)


def speak(url: str) -> dict[str, str]:
    """What became of each kind of client in a process with this REDIS_URL."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "ashao_site.settings", "REDIS_URL": url}
    done = subprocess.run(
        (sys.executable, "-c", SPEAK),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_only_a_server_whose_certificate_is_verified_is_spoken_to(relay: Relay) -> None:
    password = urlsplit(settings.REDIS_URL).password
    url = f"rediss://:{password}@127.0.0.1:{relay.port}/0"
    unknown = speak(url)
    assert set(unknown) == {"commands", "news", "tasks"}
    assert all("certificate verify failed" in told.lower() for told in unknown.values()), unknown
    known = speak(f"{url}?ssl_ca_certs={relay.certificate}")
    if relay.certificate.stem == "127.0.0.1":
        assert set(known.values()) == {"spoke"}, known
    else:
        assert all("certificate verify failed" in told.lower() for told in known.values()), known
