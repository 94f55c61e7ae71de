"""What a worker earns of a job's value, and what one earns whose owner stakes $ASHAO. Pure."""

WORKER_SHARE_BPS = 7_000
STAKED_SHARE_BPS = 8_000
