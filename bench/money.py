"""What settling jobs and rewarding stakers costs, and how it grows.

    make bench BENCH_ARGS="money"                                # 100,000 jobs, 10,000 stakers
    make bench BENCH_ARGS="money --quick"                        # a tenth of both
    make bench BENCH_ARGS="money --jobs 20000 --stakers 5000"

One process settles one job after the other in a new database, in ten tenths. After the first tenth, a tenth of
the stakers are rewarded; after the last, all of them. What is compared is within one run, on one machine.
"""

import argparse
import os
import statistics
from collections.abc import Callable
from typing import Any

import django
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ashao_site.settings")
django.setup()  # first: what is imported below needs the apps loaded

from bench.measure import Took, database_mib, measured, peak_mib
from bench.money_network import Network, configure
from ledger.books.queries import check_books, trial_balance
from ledger.reconciliation.compare import compare
from ledger.reconciliation.queries import read
from ledger.treasury import sums
from staking.rewards.models import Epoch
from staking.rewards.payment import settle_and_pay
from staking.treasury import queries
from workers.machines.queries import stats_of
from workers.trust.actions import release_escrow
from workers.trust.queries import standing_of

JOBS, STAKERS = 100_000, 10_000
QUICK_PART = 10
TENTHS = 10
READS = 3

Times = dict[str, float]


def measure(*, jobs: int, stakers: int) -> None:
    configure()
    network = Network(jobs=jobs)
    count, empty_mib = jobs // TENTHS, database_mib()
    tenths: list[Took] = []
    epochs: list[Took] = []
    reads: list[Times] = []
    show_row(
        "jobs settled",
        "s",
        "ms a job",
        "CPU ms",
        "in database",
        "statements",
        "savepoints",
        "peak MiB",
        "disk MiB",
    )
    for tenth in range(TENTHS):
        with measured() as took:
            for number in range(tenth * count, (tenth + 1) * count):
                network.settle_job(number)
        tenths.append(took)
        show_tenth((tenth + 1) * count, count, took, database_mib() - empty_mib)
        if tenth in (0, TENTHS - 1):
            network.stake(until=stakers if tenth else stakers // TENTHS)
            epochs.append(rewarded(network))
            reads.append(read_times(network))
    show_growth(tenths, count)
    show_rewards(epochs, stakers)
    show_reads(reads)
    print(f"\nthe books agree; at most {peak_mib():.1f} MiB in this process")


def rewarded(network: Network) -> Took:
    """An epoch ends: it is settled and paid."""
    network.end_epoch()
    with measured() as took:
        settled, _ = settle_and_pay()
    epoch = Epoch.objects.latest("number")
    assert (settled, epoch.stakers, epoch.paid_at is not None) == (1, network.stakers, True)
    return took


def read_times(network: Network) -> Times:
    """Medians, in ms, of what reads the books as a whole, or all that one person did."""
    assert check_books() == []
    owner = network.owners[-1]
    calls: dict[str, Callable[[], Any]] = {
        "check_books": check_books,
        "trial_balance": trial_balance,
        "reconciliation of now": lambda: compare(read(day=None)),
        "GET /api/treasury, a new process": first_overview,
        "GET /api/treasury, later": next_overview,
        "GET /api/worker/stats of one owner": lambda: stats_of(owner),
        "standing_of one owner": lambda: standing_of(owner),
        "release_escrow, nobody is trusted": release_escrow,
    }
    return {name: timed(call) for name, call in calls.items()}


def first_overview() -> None:
    """The treasury's page, by a process that has added nothing up yet."""
    sums.memory.forget()
    next_overview()


def next_overview() -> None:
    """The treasury's page when its ten seconds are over."""
    queries.cache.forget()
    queries.treasury_overview()


def timed(call: Callable[[], Any]) -> float:
    """The median of a few calls, in ms."""
    times = []
    for _ in range(READS):
        with measured() as took:
            call()
        times.append(took.seconds * 1000)
    return statistics.median(times)


def show_row(first: str, *further: str) -> None:
    print(f"{first:>20}" + "".join(f"{one:>12}" for one in further), flush=True)


def show_tenth(settled: int, count: int, took: Took, disk_mib: float) -> None:
    """Savepoints are among the statements."""
    show_row(
        f"{settled:,}",
        f"{took.seconds:.1f}",
        f"{took.seconds / count * 1000:.2f}",
        f"{took.all_cpu_seconds / count * 1000:.2f}",
        f"{took.database_cpu_seconds / count * 1000:.2f}",
        f"{took.statements / count:.2f}",
        f"{took.savepoints / count:.2f}",
        f"{took.peak_mib:.1f}",
        f"{disk_mib:.1f}",
    )


def show_growth(tenths: list[Took], count: int) -> None:
    """The first tenth against the last, and against the whole."""
    first, last = tenths[0], tenths[-1]
    whole = sum(took.seconds for took in tenths)
    late = tenths[-3:]
    times = statistics.median(took.seconds for took in late) / first.seconds
    cpu = statistics.median(took.all_cpu_seconds for took in late) / first.all_cpu_seconds
    print(f"\n{count * TENTHS:,} jobs: {whole:.1f} s, {whole / first.seconds:.2f} times what a tenth took")
    print("a job of the last three tenths (median), compared with one of the first tenth:")
    statements, memory = last.statements / first.statements, last.peak_mib / first.peak_mib
    print(
        f"{times:.2f} in time, {cpu:.2f} in CPU, {statements:.3f} in statements, {memory:.3f} in peak memory"
    )


def show_rewards(epochs: list[Took], stakers: int) -> None:
    """A tenth of the stakers against all of them."""
    tenth, whole = epochs
    print()
    show_row("stakers rewarded", "s", "CPU s", "statements", "a staker", "peak MiB")
    for took, number in ((tenth, stakers // TENTHS), (whole, stakers)):
        each = f"{took.statements / number:.3f}"
        times = f"{took.seconds:.2f}", f"{took.all_cpu_seconds:.2f}"
        show_row(f"{number:,}", *times, f"{took.statements:,}", each, f"{took.peak_mib:.1f}")
    growth = whole.seconds / tenth.seconds, whole.statements / tenth.statements
    show_row("growth", f"{growth[0]:.2f}", "", f"{growth[1]:.2f}")


def show_reads(reads: list[Times]) -> None:
    """A tenth of the jobs and stakers against all of them."""
    print(f"\n{'median ms of a read':36}{'at a tenth':>12}{'at the end':>12}{'growth':>10}")
    for name, tenth_ms in reads[0].items():
        whole_ms = reads[1][name]
        print(f"{name:36}{tenth_ms:12.1f}{whole_ms:12.1f}{whole_ms / tenth_ms:10.1f}")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="bench money", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--stakers", type=int, default=STAKERS)
    parser.add_argument("--quick", action="store_true", help="a tenth of both")
    options = parser.parse_args(argv)
    part = QUICK_PART if options.quick else 1
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(jobs=max(options.jobs // part, TENTHS), stakers=max(options.stakers // part, TENTHS))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
