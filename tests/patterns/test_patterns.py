"""No regular expression of ours can be kept busy: each is tried with text made to have it backtrack."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.patterns.find import ROOT, compiled, patterns
from tests.patterns.hostile import ONLY, hostile

BACKTRACKS_S = 400
"""What takes longer backtracks: all of them together need some seconds."""
pytestmark = pytest.mark.timeout(BACKTRACKS_S + 60)


def test_time_grows_with_the_length_of_the_text() -> None:
    """Whoever writes a new pattern need do nothing: it is found and tried."""
    command = [sys.executable, "-m", "tests.patterns.hostile"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "ashao_site.settings"}
    try:
        ran = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            timeout=BACKTRACKS_S,
            check=True,
            text=True,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.stdout or b"").decode().splitlines()
        pytest.fail(f"this one never ends: {said[-1] if said else 'none was tried'}")
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["trying"] for line in lines if "trying" in line] == [pattern.key for pattern in patterns()]
    assert [line for line in lines if "found" in line] == []


def test_every_pattern_is_found() -> None:
    keys = {pattern.key for pattern in patterns()}
    assert len(keys) > 40
    assert keys >= {"chat/sending/views.py::_KEY", "workers/native/ashao_worker/sse.py::_LINE_END", *ONLY}
    assert "ashao_site/accounts/second_factor/pages.py::'\\\\A[0-9]{6}\\\\Z'" in keys
    for pattern in patterns():
        assert compiled(pattern), f"{pattern.key}: say in MADE_IN_A_LOOP how to get it"


def test_what_backtracks_is_noticed() -> None:
    assert hostile(re.compile(r"[a-z]+://[^ ]*"), "match") is None
    assert hostile(re.compile(r"a*a*b"), "match") is not None
    for never_ends in (r"(a+)+$", r"(?:\n- (?:[^ ]*:)?[^ ]*)+!"):
        script = "import re, sys\nfrom tests.patterns.hostile import hostile\nhostile(re.compile(sys.argv[1]), 'match')"
        with pytest.raises(subprocess.TimeoutExpired):
            subprocess.run([sys.executable, "-c", script, never_ends], cwd=ROOT, timeout=4, check=False)
