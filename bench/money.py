"""What settling jobs and rewarding stakers costs, and how it grows.

    make bench BENCH_ARGS="money"                                # 100,000 jobs, 10,000 stakers
    make bench BENCH_ARGS="money --quick"                        # a tenth of both
    make bench BENCH_ARGS="money --jobs 20000 --stakers 5000"

One process settles one job after the other in a new database, in ten tenths. After the first tenth, a tenth of
the stakers are rewarded; after the last, all of them. What is compared is within one run, on one machine.
"""

import argparse
import os

import django
from django.db import connection

JOBS, STAKERS = 100_000, 10_000
QUICK_PART = 10


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="bench money", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--stakers", type=int, default=STAKERS)
    parser.add_argument("--quick", action="store_true", help="a tenth of both")
    options = parser.parse_args(argv)
    part = QUICK_PART if options.quick else 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ashao_site.settings")
    django.setup()
    from bench.money_run import TENTHS, measure  # the models are there only now

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(jobs=max(options.jobs // part, TENTHS), stakers=max(options.stakers // part, TENTHS))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
