"""What can be done with a job. Each step is atomic in Redis first, then durable in Postgres, then told.

A process may die between any two of these: what it leaves is put right by `workers.jobs.sweep`, from Postgres.
"""
