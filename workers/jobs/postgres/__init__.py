"""The jobs in Postgres, the durable truth: each function is one transaction, of a row and the money that is its."""
