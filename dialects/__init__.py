"""All that differs between servers; one folder a dialect."""
