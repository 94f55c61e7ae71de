"""Celery: the `fallback` queue serves what nobody claimed, `settlement` keeps the books and the queues true."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ashao_site.settings")

SWEEP_EVERY_S = 1.0
NEWS_EVERY_S = 3.0
TIDY_EVERY_S = 600.0
CHAIN_EVERY_S = 2.0
PAYOUTS_EVERY_S = 2.0
EPOCHS_EVERY_S = 10.0
ESCROW_EVERY_S = 60.0
RECONCILE_EVERY_S = 3600.0

app = Celery("ashao")
app.set_default()  # for every thread of the process
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_default_queue="settlement",
    task_routes={"workers.tasks.serve_by_cloud": {"queue": "fallback"}},
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A broker that was demoted refuses instead of hanging up: that is an outage too, and ends no process.
    broker_channel_error_retry=True,
    broker_transport_options={
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "retry_on_timeout": True,
        "visibility_timeout": 3600,
        "global_keyprefix": "ashao:celery:",
    },
    beat_max_loop_interval=1,
    beat_scheduler="ashao_site.beat:SteadyScheduler",
    beat_schedule={
        "sweep": {"task": "workers.tasks.sweep", "schedule": SWEEP_EVERY_S, "options": {"expires": 5}},
        "news": {"task": "chat.tasks.tell_network_news", "schedule": NEWS_EVERY_S, "options": {"expires": 3}},
        "chain": {
            "task": "ledger.tasks.follow_chain",
            "schedule": CHAIN_EVERY_S,
            "options": {"expires": 5},
        },
        "payouts": {
            "task": "ledger.tasks.advance_payouts",
            "schedule": PAYOUTS_EVERY_S,
            "options": {"expires": 5},
        },
        "epochs": {
            "task": "staking.tasks.settle_epochs",
            "schedule": EPOCHS_EVERY_S,
            "options": {"expires": 30},
        },
        "escrow": {
            "task": "workers.tasks.release_escrow",
            "schedule": ESCROW_EVERY_S,
            "options": {"expires": 120},
        },
        "reconcile": {
            "task": "ledger.tasks.reconcile",
            "schedule": RECONCILE_EVERY_S,
            "options": {"expires": 600},
        },
        "unused-grants": {
            "task": "ledger.tasks.return_unused_grants",
            "schedule": TIDY_EVERY_S,
            "options": {"expires": 600},
        },
        "tidy": {"task": "chat.tasks.tidy", "schedule": TIDY_EVERY_S, "options": {"expires": 600}},
    },
)
app.autodiscover_tasks(["workers", "chat", "staking", "ledger"])
