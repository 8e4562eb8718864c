"""The benchmark: how long dbstrata takes, beside pg_dump and beside a Python that does nothing."""
