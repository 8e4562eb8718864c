#!/bin/sh
# Reviews the change of a schema between two commits, for any CI: the report goes to a file, what is refused to stderr.
#
#   SNAPSHOT    the path of the snapshot in the repository
#   BASE        the revision to compare with; the merge base of it and HEAD is taken
#   REPORT      where the Markdown report goes (schema-report.md)
#   ALLOW_LOSS  true: a change that can lose data is reported and does not fail
#   DBSTRATA    the program (dbstrata)
#
# Exit 0; 2 on bad input; 3 if the change is refused or can lose data. Needs git and dbstrata, and no network.
set -eu

: "${SNAPSHOT:?names the snapshot}" "${BASE:?names the revision to compare with}"
report=${REPORT:-schema-report.md}
dbstrata=${DBSTRATA:-dbstrata}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! base=$(git merge-base "$BASE" HEAD 2>/dev/null); then
    base=$BASE # no common history here, as in a shallow clone: dbstrata says what is missing
fi
old=$base:$SNAPSHOT
if git cat-file -e "$base^{commit}" 2>/dev/null && ! git cat-file -e "$old" 2>/dev/null; then
    old=empty # the snapshot is new
fi

$dbstrata diff "$old" "HEAD:$SNAPSHOT" --format markdown -o "$report"

refused=0
if $dbstrata script "$old" "HEAD:$SNAPSHOT" -o "$work/forward.sql" 2>"$work/refused"; then
    sed -n 's/^-- DATA LOSS: //p' "$work/forward.sql" | sort -u >"$work/loss"
    if [ -s "$work/loss" ]; then
        { printf '\n**Data can be lost:**\n\n'; sed 's/^/- /' "$work/loss"; } >>"$report"
        if [ "${ALLOW_LOSS:-false}" != true ]; then
            refused=3
            sed 's/^/dbstrata: data can be lost: /' "$work/loss" >&2
        fi
    fi
    if [ "$(wc -c <"$report")" -lt 30000 ]; then # a comment on GitHub takes 65,536
        printf '\n<details><summary>The script</summary>\n\n'
        head -c 30000 "$work/forward.sql" | sed 's/^/    /'
        printf '\n</details>\n'
    fi >>"$report"
else
    refused=$?
    { printf '\n**Refused:**\n\n'; sed 's/^/    /' "$work/refused"; } >>"$report"
    cat "$work/refused" >&2
fi

exit "$refused"
