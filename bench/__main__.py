"""`python -m bench [serving|money|landing|attacks] [arguments]`: one benchmark with its arguments, or all of them."""

import sys
from importlib import import_module

BENCHMARKS = ("serving", "money", "landing", "attacks")


def run(name: str, argv: list[str]) -> None:
    """Each is imported only where it runs: one needs the application, another a browser."""
    import_module(f"bench.{name}").main(argv)


def main(argv: list[str]) -> None:
    """Run what is named; without a name, everything. Arguments without a name are those of `serving`."""
    if not argv:
        for name in BENCHMARKS:
            run(name, [])
    elif argv[0] in BENCHMARKS:
        run(argv[0], argv[1:])
    elif argv[0].startswith("-"):
        run("serving", argv)
    else:
        sys.exit(f"There is no benchmark {argv[0]!r}: there are {', '.join(BENCHMARKS)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
