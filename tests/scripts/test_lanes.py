"""What of a failed lane is run once more, and what that decides. The lanes are real pytests of small made-up tests."""

import sys
from pathlib import Path

import pytest

from ashao_site.embedded.config import ROOT
from scripts import lanes

UNSTEADY = """
def test_unsteady(pytestconfig):
    seen = pytestconfig.rootpath / "seen"
    first = not seen.exists()
    seen.touch()
    assert not first
"""
BROKEN = "def test_broken():\n    assert False\n"
GOOD = "def test_good():\n    pass\n"
MANY = "import pytest\n\n@pytest.mark.parametrize('n', range(4))\ndef test_broken(n):\n    assert False\n"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without servers, in a folder of its own."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(lanes, "ROOT", tmp_path)
    monkeypatch.setattr(lanes, "pytest_argv", lambda *more: [sys.executable, "-m", "pytest", *more])


def went_well(tests: dict[str, str]) -> bool:
    for name, text in tests.items():
        path = lanes.ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    cache = ".pytest_cache/lane"
    every = [lanes.Lane("lane", lanes.pytest_argv("-o", f"cache_dir={cache}"), cache)]
    failed = lanes.run(every)
    return not failed or lanes.run_again(failed, every)


def test_what_passes_alone_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert went_well({"test_a.py": UNSTEADY, "test_b.py": GOOD})
    printed = capfd.readouterr().out
    assert "UNSTEADY" in printed
    assert printed.rstrip().endswith("  test_a.py::test_unsteady")
    assert "1 failed, 1 passed" in printed
    assert "lane, once more" in printed


@pytest.mark.parametrize(
    "tests",
    [
        pytest.param({"test_a.py": BROKEN}, id="fails again"),
        pytest.param({"test_a.py": UNSTEADY, "test_b.py": BROKEN}, id="one of two fails again"),
        pytest.param({"test_a.py": MANY}, id="too many failed"),
        pytest.param({"tests/ledger/test_a.py": UNSTEADY}, id="it guards the books"),
        pytest.param({"test_a.py": UNSTEADY, "test_b.py": "import nothing_of_that_name"}, id="does not load"),
    ],
)
def test_what_fails_has_failed(tests: dict[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    assert not went_well(tests)
    printed = capfd.readouterr().out
    assert "1 failed" in printed or "4 failed" in printed or "1 error" in printed
    assert "UNSTEADY" not in printed


def test_what_passes_is_not_run_again(capfd: pytest.CaptureFixture[str]) -> None:
    assert went_well({"test_a.py": GOOD})
    assert "once more" not in capfd.readouterr().out


def test_a_lane_waits_for_the_one_that_it_needs() -> None:
    made = lanes.ROOT / "made"
    making = [sys.executable, "-c", f"import time; time.sleep(0.5); open({str(made)!r}, 'x').close()"]
    first = lanes.Lane("first", making)
    second = lanes.Lane("second", [sys.executable, "-c", f"open({str(made)!r}).close()"], after=first)
    assert lanes.run([second, first]) == []


def test_what_the_lanes_name_is_there() -> None:
    named = (
        *lanes.ENGINE,
        *lanes.STACK,
        *lanes.MONEY,
        *lanes.DOORS,
        *lanes.PROGRAMS,
        *lanes.SLOW,
        *lanes.ON_STACKS,
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
