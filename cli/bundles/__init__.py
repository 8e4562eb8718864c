"""Release bundles: what a team reviews, tests, runs and keeps.

model      what plan.json and manifest.json hold
making     from two snapshots to the folder
opening    a folder that is whole, and whose plan proves again
live       a database beside a snapshot: drift, and the way from here
running    apply and rollback: parts, retries, stops at a step's edge
telling    progress for a terminal, a log, a program
rehearsing the whole of it on a scratch server
drawing    the graph in the report
"""
