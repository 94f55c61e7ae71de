"""`python -m bench [serving|money|landing|attacks] [arguments]`: one benchmark with its arguments, or all of them."""

import sys

from bench import attacks, landing, money, serving

BENCHMARKS = {"serving": serving.main, "money": money.main, "landing": landing.main, "attacks": attacks.main}


def main(argv: list[str]) -> None:
    """Run what is named; without a name, everything. Arguments without a name are those of `serving`."""
    if not argv:
        for run in BENCHMARKS.values():
            run([])
    elif argv[0] in BENCHMARKS:
        BENCHMARKS[argv[0]](argv[1:])
    elif argv[0].startswith("-"):
        serving.main(argv)
    else:
        sys.exit(f"There is no benchmark {argv[0]!r}: there are {', '.join(BENCHMARKS)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
