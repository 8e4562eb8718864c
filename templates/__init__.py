"""Every line of SQL and of report text that the tool can print."""
