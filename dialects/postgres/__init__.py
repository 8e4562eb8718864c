"""PostgreSQL 13 to 18."""
