"""How PostgreSQL makes each change: a table a family of kinds."""
