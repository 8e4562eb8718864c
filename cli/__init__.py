"""The commands: a file a verb; parse, resolve files, git refs and URLs, call, print."""
