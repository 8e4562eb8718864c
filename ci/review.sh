#!/bin/sh
# Reviews the change of a schema between two commits, for any CI: the report goes to a file, what is refused to stderr.
#
#   SNAPSHOT    the path of the snapshot in the repository
#   BASE        the revision to compare with; the merge base of it and HEAD is taken
#   REPORT      where the Markdown report goes (schema-report.md)
#   ALLOW       codes of risks to go on with in spite of the policy, with blanks between: DB101 DB4*:public.t.*
#   DBSTRATA    the program (dbstrata)
#
# The policy is that of ./dbstrata.toml; without one, what loses data or a privilege is refused. Exit 0; 2 on bad input;
# 3 if the change is refused. Needs git and dbstrata, and no network.
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
new=HEAD:$SNAPSHOT
if git cat-file -e "$base^{commit}" 2>/dev/null && ! git cat-file -e "$old" 2>/dev/null; then
    old=empty # the snapshot is new
fi

$dbstrata diff "$old" "$new" --format markdown -o "$report"

set -f # codes are patterns, and not of files
set --
for code in ${ALLOW:-}; do
    set -- "$@" --allow "$code"
done
set +f

refused=0
$dbstrata bundle "$old" "$new" -o "$work/bundle" "$@" >/dev/null 2>"$work/refused" || refused=$?
if [ "$refused" -eq 0 ]; then
    cp "$work/bundle/forward.sql" "$work/forward.sql"
else
    { printf '\n**Refused:**\n\n'; sed 's/^/    /' "$work/refused"; } >>"$report"
    cat "$work/refused" >&2
    $dbstrata script "$old" "$new" -o "$work/forward.sql" 2>/dev/null || rm -f "$work/forward.sql" # there may be none
fi

if [ -s "$work/forward.sql" ]; then
    sed -n 's/^-- \(DB[0-9][0-9][0-9] .*\)/- \1/p' "$work/forward.sql" | sort -u >"$work/risks"
    if [ -s "$work/risks" ]; then
        { printf '\n**Risks:**\n\n'; head -n 100 "$work/risks"; } >>"$report"
    fi
    size=$(wc -c <"$report")
    if [ "$size" -lt 30000 ]; then # a comment on GitHub takes 65,536
        printf '\n<details><summary>The script</summary>\n\n'
        head -c 30000 "$work/forward.sql" | sed 's/^/    /'
        printf '\n</details>\n'
    fi >>"$report"
fi

exit "$refused"
