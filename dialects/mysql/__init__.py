"""MySQL 8.0 to 9.x and MariaDB 10.6 to 12.x: one dialect, two flavours."""
