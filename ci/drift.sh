#!/bin/sh
# Is a database what the snapshot says? For any CI, on a schedule: the report goes to a file and to stdout.
#
#   SNAPSHOT      the path of the snapshot
#   DATABASE_URL  the database; PGPASSWORD and the like work too
#   REPORT        where the Markdown report goes (drift-report.md)
#   DBSTRATA      the program (dbstrata)
#
# Exit 0; 1 if it has drifted; 2 on bad input; 4 if the server could not be asked. Reads the catalog alone.
set -eu

: "${SNAPSHOT:?names the snapshot}" "${DATABASE_URL:?names the database}"
report=${REPORT:-drift-report.md}

drifted=0
${DBSTRATA:-dbstrata} verify "$SNAPSHOT" "$DATABASE_URL" --format markdown >"$report" || drifted=$?
if [ "$drifted" -eq 1 ]; then
    echo "the database is not what $SNAPSHOT says:"
    cat "$report"
fi
exit "$drifted"
