"""What every app leans on: errors, ids, the clock, Redis, the database guards. Imports no app."""
