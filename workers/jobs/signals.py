"""What the network tells those above it."""

from django.dispatch import Signal

job_finished = Signal()
"""Sent with `outcome: Outcome` inside the transaction that ends a job: what a receiver writes and the end of
the job are one. A receiver that raises keeps the job from ending."""
