import subprocess
import sys
from pathlib import Path

from ashao_site.embedded import app, logs
from ashao_site.embedded.config import read_config
from ashao_site.embedded.logs import LogFile
from ashao_site.embedded.process import ProcessSpec, spawn

from .helpers import ROOT, plain_env, wait_for

SCRIPT = """
import os, sys
from pathlib import Path
from ashao_site.embedded import supervisor as module
from ashao_site.embedded.home import Home
from ashao_site.embedded.logs import Console
from ashao_site.embedded.process import ProcessSpec
from ashao_site.embedded.config import StackFailedError

module.RESTARTS_PER_MINUTE_MAX, module.BACKOFF_FIRST_S = 3, 0.01
home = Home(Path(sys.argv[1]))
home.prepare()
with module.Supervisor(home, Console()) as supervisor:
    supervisor.start(ProcessSpec("web", ("sh", "-c", sys.argv[2]), dict(os.environ), home.path))
    try:
        supervisor.supervise()
    except StackFailedError as error:
        print(f"failed: {error}")
"""


def supervise(home: Path, command: str) -> str:
    argv = (sys.executable, "-c", SCRIPT, str(home), command)
    done = subprocess.run(
        argv, cwd=ROOT, env=plain_env(), capture_output=True, text=True, timeout=240, check=True
    )
    return done.stdout


def test_what_keeps_dying_is_not_restarted_for_ever(home: Path) -> None:
    output = supervise(home, "echo 'a line'; printf 'no newline'; exit 3")
    assert output.count("web        | a line\n") == 4
    assert output.count("web        | no newline\n") == 4
    assert output.count("is started again") == 3
    assert "failed: web keeps ending (exit code 3), so everything stops" in output
    assert (home / "log" / "web.log").read_text() == "a line\nno newline\n" * 4


def test_the_last_words_of_a_process_are_not_lost(tmp_path: Path) -> None:
    child = spawn(ProcessSpec("web", ("sh", "-c", "printf 'no newline'"), plain_env(), tmp_path), tmp_path)
    assert wait_for(child.has_ended)
    assert child.read_rest() == ["no newline"]
    child.collect()
    assert (tmp_path / "web.log").read_text() == "no newline\n"


def test_descendants_end_with_their_process(home: Path) -> None:
    # The `home` fixture sees that no sleep is left: each has this home as its folder.
    supervise(home, "sleep 60 & exit 3")


def test_a_log_file_stays_within_its_size(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(logs, "LOG_MAX_BYTES", 1000)
    monkeypatch.setattr(logs, "LINE_MAX_BYTES", 100)
    log = LogFile(tmp_path, "web")
    for _ in range(500):
        log.write(b"x" * 50)
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log", "web.log.1"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())


def test_the_procfile_says_what_run_does() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    values = {
        "${PORT:-8000}": "8000",
        "${HOST:-127.0.0.1}": "127.0.0.1",
        "${FALLBACK_CONCURRENCY:-64}": "64",
        "${ASHAO_HOME:-.local}": str(ROOT / ".local"),
    }
    for server in ("uvicorn", "daphne"):
        for spec in app.process_specs(read_config({"ASGI_SERVER": server}), {}):
            command = lines[spec.name]
            for variable, value in values.items():
                command = command.replace(variable, value)
            assert " ".join(spec.argv[2:]) in command
