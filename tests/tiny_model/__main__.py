"""`python -m tests.tiny_model make [--out FOLDER]` and `… serve [--port N]`, from the repository's folder."""

import argparse
import json
import time
from pathlib import Path


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.tiny_model", description="A tiny chat model.")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="train it and write its files")
    making.add_argument(
        "--out", type=Path, help="by default where tests look for it; reused when it is there"
    )
    serving = commands.add_parser("serve", help="serve it as a hub of models does")
    serving.add_argument("--port", type=int, default=8090)
    arguments = parser.parse_args()
    if arguments.command == "serve":
        _serve(arguments.port)
    elif arguments.out:
        from .make import make

        make(arguments.out, lambda line: print(line, flush=True))
    else:
        from .store import ensure

        print(ensure())


def _serve(port: int) -> None:
    from .host import ModelHost
    from .store import ensure

    with ModelHost(port=port) as host:
        catalogue = ensure().parent / "catalogue.json"
        catalogue.write_text(json.dumps(host.catalogue(), indent=1))
        print(
            "In another terminal:\n\n"
            f"MODEL_HOST={host.url} BROWSER_MODELS={catalogue} \\\n"
            "  BROWSER_ALLOW_SOFTWARE_GPU=on BROWSER_MIN_TOKENS_PER_SECOND=1 make run",
            flush=True,
        )
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


main()
