"""The cookies and headers of production, on the site itself."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from ashao_site.embedded.config import CHAIN_VARIABLES, ROOT

VISIT = """
import django
django.setup()
import json
from django.test import Client
https = {"HTTP_HOST": "chat.example.org", "HTTP_X_FORWARDED_PROTO": "https"}
client = Client(enforce_csrf_checks=True)
me = client.get("/api/me", **https)
csrf = client.cookies["csrftoken"].value
nonce = client.post("/api/auth/nonce", HTTP_X_CSRFTOKEN=csrf, HTTP_ORIGIN="https://chat.example.org", **https)
session = client.cookies["__Host-sessionid"]
again = client.get("/api/me", **https)
client.cookies.clear()
plain = client.get("/api/me", HTTP_HOST="chat.example.org")
print(json.dumps({
    "statuses": [me.status_code, nonce.status_code, again.status_code, plain.status_code],
    "cookies": sorted(client.cookies),
    "session": [session["path"], session["domain"], bool(session["secure"]), bool(session["httponly"])],
    "hsts": me.headers.get("Strict-Transport-Security"),
    "plain_hsts": plain.headers.get("Strict-Transport-Security"),
}))
"""


@pytest.mark.django_db(transaction=True)
def test_a_visit_over_https() -> None:
    database = connection.settings_dict
    account = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    env = {
        **{name: value for name, value in os.environ.items() if name not in CHAIN_VARIABLES},
        "DJANGO_SETTINGS_MODULE": "ashao_site.settings",
        "ASHAO_ENV": "production",
        "ALLOWED_HOSTS": "chat.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://chat.example.org",
        "TRUSTED_PROXIES": "1",
        "DATABASE_URL": f"postgres://{account}/{database['NAME']}",
    }
    done = subprocess.run(
        (sys.executable, "-c", VISIT),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["statuses"] == [200, 200, 200, 200]
    assert told["session"] == ["/", "", True, True]
    assert (told["hsts"], told["plain_hsts"]) == ("max-age=31536000", None)
    assert told["cookies"] == ["csrftoken"]
