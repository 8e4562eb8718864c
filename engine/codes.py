"""The catalogue of risks: stable codes, what each means, and how to avoid the harm. docs/risks is written from it.

A code is never used again for something else; the hundreds are the families.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Action = Literal["allow", "warn", "refuse"]

FAMILIES = {
    "1": "Data loss",
    "2": "Locks and time",
    "3": "Can fail on existing rows",
    "4": "Breaks an older application that runs meanwhile",
    "5": "Privileges",
    "6": "Running the script",
}


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue."""

    code: str
    slug: str
    default: Action
    """What a policy that says nothing does."""
    summary: str
    cause: str
    harm: str
    safe: str
    """The way that avoids the harm."""

    @property
    def family(self) -> str:
        """What the codes of its hundred have in common."""
        return FAMILIES[self.code[2]]


_KEEP = "Keep it for a release in which nothing uses it any more, take a backup, and drop it in the next one."
_TWO_RELEASES = (
    "Spread it over two releases: the first adds what is new beside what is old, and the application learns to use it; "
    "the second takes the old away when no older application runs any more."
)
_QUIET = (
    "Run it when little is going on. `lock_timeout` (in every script) keeps it from queueing for long, for whoever "
    "comes after it in the queue waits too; it fails then, and can be run again."
)
_FAILS = (
    "The statement fails, and its transaction with it; nothing of that is done. On MySQL and MariaDB the statements "
    "before it stay done."
)
_CHECK_FIRST = (
    "Run the query of the preflight on the real database beforehand, and correct or delete the rows that it finds."
)

CATALOGUE = (
    Code(
        "DB100",
        "loses-data",
        "refuse",
        "Something is lost that no other code of this family names.",
        "The statement does away with what the server keeps nowhere else.",
        "No way back brings it again; only a backup does.",
        "Read what the line says is lost, and save it first where it matters.",
    ),
    Code(
        "DB101",
        "drops-column",
        "refuse",
        "A column is dropped, or dropped and made again, and its value in every row is lost.",
        "The column is not in the new schema, or no statement makes what it becomes of what it is.",
        "The values are gone at the commit. The way back makes the column again, empty.",
        _KEEP + " If it only has another name now, say so with a rename hint.",
    ),
    Code(
        "DB102",
        "drops-table",
        "refuse",
        "A table is dropped with all its rows.",
        "The table is not in the new schema.",
        "The rows are gone at the commit. The way back makes the table again, empty.",
        _KEEP
        + " If it only has another name now, say so with a rename hint; if its partitions come and go at run time, "
        "call the partitioned table managed.",
    ),
    Code(
        "DB103",
        "rounds-values",
        "refuse",
        "A change of type rounds or cuts values without an error.",
        "The new type has no place for all of the old one: fewer decimals, a float for a number, a date for a time.",
        "What was cut off does not come back with the old type.",
        "Add a column of the new type, fill it, compare the two, and drop the old one in a later release.",
    ),
    Code(
        "DB104",
        "loses-counter",
        "refuse",
        "A sequence is dropped, and where it stood is lost.",
        "The sequence, or the identity of the column, is not in the new schema or is made anew.",
        "One that is made again starts from the beginning, and gives numbers that are taken.",
        "Note its last value, and set the new one with `setval` before anything is inserted.",
    ),
    Code(
        "DB105",
        "drops-extension",
        "refuse",
        "An extension is dropped, and whatever it holds.",
        "The extension is not in the new schema, or there is no script to an older version of it.",
        "Its tables, and the settings in them, go with it.",
        "Save what its tables hold, and drop it by itself in a release of its own.",
    ),
    Code(
        "DB106",
        "unlogs",
        "warn",
        "What is written to a table is no longer logged.",
        "The table is UNLOGGED in the new schema.",
        "After a crash of the server it is empty; standbys and backups by log have none of its rows.",
        "Do so for what can be filled again, and keep that way of filling it at hand.",
    ),
    Code(
        "DB201",
        "rewrites-table",
        "warn",
        "Every row of the table is written anew, and all its indexes.",
        "The values are stored in another form than before, or in another place.",
        "Until it is done nobody reads or writes the table (MySQL: as the line says): minutes to hours on a large "
        "one. It needs as much free space as the table and its indexes take, and as much again in the log that "
        "replicas receive.",
        "Add a new column beside the old one, fill it in batches, keep both alike by a trigger meanwhile, and swap "
        "them. " + _QUIET,
    ),
    Code(
        "DB202",
        "scans-table",
        "warn",
        "Every row is read while a lock keeps writers, or everybody, away.",
        "The server checks that all rows comply, or builds an index from them.",
        "Writers wait until all is read: seconds to minutes on a large table.",
        "PostgreSQL. Constraints: add them NOT VALID and validate them in a transaction of their own, which lets "
        "readers and writers work. NOT NULL: first a validated CHECK (c IS NOT NULL). "
        "Indexes: build them CONCURRENTLY.",
    ),
    Code(
        "DB203",
        "locks-out-all",
        "warn",
        "A lock that keeps everybody from reading and writing, if only for a moment.",
        "The definition of something that is in use changes.",
        "The statement waits for every transaction that uses the object, and all who come later wait for it. "
        "The lock is held to the end of the transaction, through all statements that follow.",
        _QUIET,
    ),
    Code(
        "DB204",
        "locks-out-writers",
        "warn",
        "A lock that keeps everybody from writing; reading goes on.",
        "An index, a foreign key or a trigger is made.",
        "Writers wait until the transaction ends (MySQL and MariaDB: until the statement is done).",
        _QUIET + " PostgreSQL: build indexes CONCURRENTLY, outside of a transaction.",
    ),
    Code(
        "DB300",
        "fails-on-rows",
        "warn",
        "What rows hold can make the statement fail, in a way that no other code of this family names.",
        "The server looks at existing rows.",
        _FAILS,
        _CHECK_FIRST,
    ),
    Code(
        "DB301",
        "fails-on-nulls",
        "warn",
        "NULLs in existing rows make the statement fail.",
        "A column, or a column of a domain, becomes NOT NULL.",
        _FAILS,
        _CHECK_FIRST + " Fill them in batches: UPDATE ... SET c = ... WHERE c IS NULL.",
    ),
    Code(
        "DB302",
        "fails-on-duplicates",
        "warn",
        "Rows that are alike make the statement fail.",
        "A primary key, a unique constraint, a unique index or an exclusion is made.",
        _FAILS,
        _CHECK_FIRST,
    ),
    Code(
        "DB303",
        "fails-on-violations",
        "warn",
        "Rows that break a condition make the statement fail.",
        "A check of a table or a domain is made, or validated.",
        _FAILS,
        _CHECK_FIRST + " PostgreSQL: or add it NOT VALID: new rows are checked at once, old ones when you validate it.",
    ),
    Code(
        "DB304",
        "fails-on-orphans",
        "warn",
        "Rows that refer to nothing make the statement fail.",
        "A foreign key is made, or validated.",
        _FAILS,
        _CHECK_FIRST + " PostgreSQL: or add it NOT VALID: new rows are checked at once, old ones when you validate it.",
    ),
    Code(
        "DB305",
        "fails-on-casts",
        "warn",
        "Values that do not fit the new type make the statement fail.",
        "The type of a column changes to one that does not take every value: shorter, narrower, of another kind.",
        _FAILS,
        _CHECK_FIRST,
    ),
    Code(
        "DB306",
        "fails-on-bounds",
        "warn",
        "Rows outside of a partition's bound make the statement fail.",
        "A table becomes a partition, its bound changes, or rows move into one; so do rows that stand in the default "
        "partition and belong into the new one.",
        _FAILS,
        _CHECK_FIRST,
    ),
    Code(
        "DB307",
        "fails-on-any-row",
        "warn",
        "It fails if the table has rows at all.",
        "A column that is NOT NULL and has no default is added.",
        _FAILS,
        "Add the column without NOT NULL or with a default, fill it, and make it NOT NULL in a later release.",
    ),
    Code(
        "DB401",
        "removes-object",
        "warn",
        "Something that an application may name is gone.",
        "It is not in the new schema.",
        "Statements of an older application that name it fail, and those with `*` return less than it expects.",
        "Release an application that does without it first, and drop it when no older one runs any more.",
    ),
    Code(
        "DB402",
        "renames-object",
        "warn",
        "Something that an application may name is called otherwise.",
        "A rename hint says so.",
        "Statements of an older application that use the old name fail.",
        _TWO_RELEASES + " Of a table, a view with the old name does meanwhile.",
    ),
    Code(
        "DB403",
        "changes-type",
        "warn",
        "Values come back as another type.",
        "The type of a column, or of what a view returns, changes.",
        "An older application reads what it does not expect, and its parameters may no longer compare.",
        _TWO_RELEASES,
    ),
    Code(
        "DB404",
        "tightens",
        "warn",
        "Values that were taken before are refused from now on.",
        "A constraint is added, a type becomes narrower, a column NOT NULL or generated.",
        "Writes of an older application fail that worked before.",
        "Release an application that writes only what will be allowed first, then the constraint.",
    ),
    Code(
        "DB405",
        "requires-value",
        "warn",
        "A column must be given a value from now on.",
        "A column that is NOT NULL comes without a default, or its default goes.",
        "An older application does not know the column, or leaves it to the default: its inserts fail.",
        "Give it a default until no older application runs any more.",
    ),
    Code(
        "DB406",
        "changes-signature",
        "warn",
        "A function is called in another way, or returns something else.",
        "Arguments are added, taken away, renamed or of another type; the type that it returns changes.",
        "Calls of an older application fail, or get a result that it does not expect.",
        _TWO_RELEASES + " Both functions can be there at once if their argument types differ.",
    ),
    Code(
        "DB407",
        "adds-value",
        "warn",
        "Values can turn up that an older application does not know.",
        "An enum gets a further value.",
        "An older application that reads one fails, where it holds a list of all of them.",
        "Release an application that knows the value first; write the first one when no older one runs any more.",
    ),
    Code(
        "DB408",
        "hides-rows",
        "warn",
        "Roles may see or write fewer rows than before.",
        "Row-level security is turned on or forced, or a policy is added or changed, or a permissive one goes.",
        "An older application finds less than it expects, without an error.",
        "Try it as each of the roles, with SET ROLE, on a copy.",
    ),
    Code(
        "DB501",
        "revokes-privilege",
        "refuse",
        "A role loses a privilege that it has.",
        "The privilege is not in the new schema.",
        "What the role does with it fails: permission denied.",
        "Make sure that nobody needs it any more; the way back gives it again.",
    ),
    Code(
        "DB502",
        "changes-owner",
        "refuse",
        "Another role becomes the owner.",
        "The owner differs in the new schema.",
        "The old owner can neither alter nor, without a grant, use the object any more.",
        "Grant the old owner what it still needs, or make it a member of the new one.",
    ),
    Code(
        "DB503",
        "grants-privilege",
        "warn",
        "A role gets a privilege that it did not have.",
        "The privilege is in the new schema.",
        "Someone may read or write what was closed to them.",
        "Look at each line, at those with PUBLIC first: that is everyone who can connect.",
    ),
    Code(
        "DB504",
        "exposes-rows",
        "warn",
        "Roles may see or write more rows than before.",
        "Row-level security is turned off, a permissive policy is added or changed, or a restrictive one goes.",
        "Someone may read or write rows that were closed to them, without a trace.",
        "Try it as each of the roles, with SET ROLE, on a copy.",
    ),
    Code(
        "DB505",
        "changes-default-privileges",
        "warn",
        "What a role makes from now on gets other privileges.",
        "The default privileges differ in the new schema.",
        "What is there keeps what it has; what the next release makes is open to more roles, or to fewer.",
        "Look at each line, at those with PUBLIC first.",
    ),
    Code(
        "DB506",
        "runs-as-owner",
        "warn",
        "It runs with its owner's privileges from now on, not with those of who calls it.",
        "A routine or a view becomes SECURITY DEFINER, or a view is no longer `security_invoker`.",
        "Who may call or read it can do by it all that it does, whatever else they may.",
        "Revoke it from all but those who need it; on PostgreSQL set its `search_path`.",
    ),
    Code(
        "DB601",
        "outside-transaction",
        "warn",
        "A statement can't run in a transaction.",
        "The server allows it only by itself.",
        "What runs before it is committed and stays done if it fails; it may leave something half done behind.",
        "Run the parts one by one. After a stop, plan anew from what is there.",
    ),
    Code(
        "DB602",
        "needs-commit",
        "warn",
        "What it makes can be used only after a commit.",
        "A value is added to an enum that was there before (PostgreSQL).",
        "If the same script uses it, the script is in parts: those before a failure stay done.",
        "Add the value in one release, and use it in the next.",
    ),
)

CODES = {code.code: code for code in CATALOGUE}


def find(words: str) -> tuple[str, ...]:
    """The codes that a code, a slug, or a pattern of either (`DB2*`) means; none, if it is unknown."""
    return tuple(c.code for c in CATALOGUE if fnmatchcase(c.code, words) or fnmatchcase(c.slug, words))
