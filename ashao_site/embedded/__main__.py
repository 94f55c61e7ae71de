"""The command line: `python -m ashao_site.embedded run` and `… services -- COMMAND ARGS…`."""

import argparse
import os
import sys
from pathlib import Path

from ashao_site.embedded import app, template
from ashao_site.embedded.config import StackFailedError, StartError, read_config
from ashao_site.embedded.run import run
from ashao_site.embedded.services import run_beside_services

INTERRUPTED = 130


def main(argv: list[str]) -> int:
    """Do what the command line says; the exit code."""
    options = _parser().parse_args(argv)
    try:
        return _do(options)
    except StackFailedError as error:
        if error.output:
            sys.stderr.write(error.output.rstrip() + "\n")
        return _complain(str(error), error.exit_code)
    except StartError as error:
        return _complain(str(error), error.exit_code)
    except OSError as error:
        return _complain(f"{error}.", StackFailedError.exit_code)
    except KeyboardInterrupt:  # before the supervisor took over the signals
        return INTERRUPTED


def _do(options: argparse.Namespace) -> int:
    if options.action == "services":
        command = options.command[1:] if options.command[:1] == ["--"] else options.command
        if not command:
            raise StartError("services needs a command: services -- COMMAND ARGS…")
        return run_beside_services(command, chain=options.chain, watch_parent=options.parent)
    if options.action == "template":
        return template.make(options.folder)
    config = read_config(os.environ)
    return run(config, names=_names(options.only), watch_parent=options.parent, durable=not options.temporary)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ashao_site.embedded")
    actions = parser.add_subparsers(dest="action", required=True)
    running = actions.add_parser("run", help="run the whole network in the foreground")
    running.add_argument("--only", help="a comma-separated part of the processes")
    running.add_argument(
        "--temporary", action="store_true", help="for tests: faster, and not safe against a loss of power"
    )
    services = actions.add_parser("services", help="run a command beside servers of its own")
    services.add_argument("--chain", action="store_true", help="a dev chain too, with its contracts")
    services.add_argument("command", nargs=argparse.REMAINDER)
    making = actions.add_parser("template", help="make the database that tests begin with, in a new folder")
    making.add_argument("folder", type=Path)
    for each in (running, services):
        each.add_argument("--parent", type=int, help="stop when this process, our parent, ends")
    return parser


def _names(only: str | None) -> tuple[str, ...]:
    known = app.EVERYTHING
    names = tuple(only.split(",")) if only else known
    unknown = [name for name in names if name not in known]
    if unknown:
        raise StartError(f"--only knows {', '.join(known)}; not {', '.join(unknown)}.")
    return names


def _complain(sentence: str, exit_code: int) -> int:
    sys.stderr.write(f"ashao: {sentence}\n")
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
