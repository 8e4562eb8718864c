"""The tour: a web shop's schema in two versions, and rows for the first."""
