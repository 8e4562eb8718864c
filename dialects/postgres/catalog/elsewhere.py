"""The queries for what no family reads, and which catalogs those are: unmodelled.py makes objects of the rows."""

from .session import Queries, Since

__all__ = [
    "AHEAD",
    "CLASSES",
    "EVERYTHING",
    "IDENTIFY",
    "NOT_SCHEMA",
    "PARTS",
    "PRIVILEGES",
    "READ_HERE",
    "SAYINGS",
    "SINCE",
    "SUBSCRIPTIONS",
    "SUBSCRIPTION_COLUMNS",
    "SUBSCRIPTION_OID",
]

ROWS = (
    "pg_am",
    "pg_collation",
    "pg_conversion",
    "pg_event_trigger",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_language",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_publication",
    "pg_transform",
    "pg_ts_config",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
)
"""Catalogs whose every row of the user's is an object that the model does not cover."""

READ_HERE = frozenset(
    {
        *ROWS,
        "pg_amop",
        "pg_amproc",
        "pg_cast",
        "pg_foreign_table",
        "pg_init_privs",
        "pg_publication_namespace",
        "pg_publication_rel",
        "pg_seclabel",
        "pg_subscription",
        "pg_ts_config_map",
        "pg_user_mapping",
    }
)
"""All catalogs that this module reads and the families don't."""

NOT_SCHEMA = {
    "pg_auth_members": "roles belong to the cluster",
    "pg_authid": "roles belong to the cluster",
    "pg_database": "the database as a whole; what the offline side needs of it is in the header",
    "pg_db_role_setting": "ALTER DATABASE and ALTER ROLE ... SET: how a server is run",
    "pg_largeobject": "rows",
    "pg_largeobject_metadata": "rows",
    "pg_parameter_acl": "privileges on settings belong to the cluster",
    "pg_replication_origin": "the state of replication",
    "pg_shdescription": "comments on what belongs to the cluster",
    "pg_shseclabel": "labels on what belongs to the cluster",
    "pg_statistic": "what ANALYZE found",
    "pg_statistic_ext_data": "what ANALYZE found",
    "pg_subscription_rel": "the state of replication",
    "pg_tablespace": "tablespaces belong to the cluster",
    "pg_shdepend": "owners and grantees again",
}
"""Catalogs that no dump reads as schema, and why."""

SINCE: Since = {
    "prqual": (
        150000,
        """pg_get_expr(p.prqual, p.prrelid), ARRAY(SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = p.prrelid AND a.attnum = ANY(p.prattrs::int2[]) ORDER BY a.attname)""",
        "NULL::text, NULL::text[]",
    ),
    "publication_namespaces": (
        150000,
        "UNION ALL SELECT 'pg_publication_namespace', p.oid, to_jsonb(p), 'pg_publication', p.pnpubid"
        " FROM pg_publication_namespace p",
        "",
    ),
}

PARTS = """
    SELECT 'pg_amop', o.oid, to_jsonb(o), CASE WHEN o.amopfamily >= 16384 THEN 'pg_opfamily' ELSE 'pg_opclass' END,
        CASE WHEN o.amopfamily >= 16384 THEN o.amopfamily ELSE d.refobjid END
    FROM pg_amop o LEFT JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid AND d.deptype = 'i'
        AND d.refclassid = 'pg_opclass'::regclass WHERE o.oid >= 16384
    UNION ALL
    SELECT 'pg_amproc', p.oid, to_jsonb(p), CASE WHEN p.amprocfamily >= 16384 THEN 'pg_opfamily' ELSE 'pg_opclass' END,
        CASE WHEN p.amprocfamily >= 16384 THEN p.amprocfamily ELSE d.refobjid END
    FROM pg_amproc p LEFT JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
        AND d.deptype = 'i' AND d.refclassid = 'pg_opclass'::regclass WHERE p.oid >= 16384
    UNION ALL
    SELECT 'pg_ts_config_map', 0, to_jsonb(m), 'pg_ts_config', m.mapcfg FROM pg_ts_config_map m WHERE m.mapcfg >= 16384
    UNION ALL
    SELECT 'pg_publication_rel', p.oid, jsonb_build_object('prrelid', p.prrelid, 'prpubid', p.prpubid)
        || (SELECT to_jsonb(x) FROM (SELECT {prqual}) x(prqual, prattrs)), 'pg_publication', p.prpubid
    FROM pg_publication_rel p
    {publication_namespaces}"""
"""(catalog, oid, row, catalog and OID of what it belongs to). Without an owner, of a family of the server's: alone."""

CASTS = """
    SELECT 'pg_cast', t.oid, to_jsonb(t) FROM pg_cast t
    WHERE t.oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = t.oid AND d.deptype = 'i')"""
"""But for those that come with a range type."""

BASE_TYPES = """
    SELECT 'pg_type', t.oid, to_jsonb(t) FROM pg_type t
    WHERE t.oid >= 16384 AND (t.typtype = 'b' OR NOT t.typisdefined)
        AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)"""

FOREIGN_TABLES = """
    SELECT 'pg_class', c.oid, jsonb_build_object('relname', c.relname, 'relnamespace', c.relnamespace,
        'relowner', c.relowner, 'relacl', c.relacl::text[], 'relispartition', c.relispartition,
        'bound', pg_get_expr(c.relpartbound, c.oid), 'ftserver', f.ftserver, 'ftoptions', f.ftoptions,
        'columns', (SELECT jsonb_agg(jsonb_build_object('attname', a.attname, 'atttypid', a.atttypid,
                'type', format_type(a.atttypid, a.atttypmod), 'attnotnull', a.attnotnull,
                'attcollation', a.attcollation, 'attacl', a.attacl::text[], 'attoptions',
                nullif(array(SELECT o FROM unnest(a.attoptions) o WHERE NOT starts_with(o, 'pg_attver=')), '{}'),
                'attfdwoptions', a.attfdwoptions, 'attstattarget', nullif(a.attstattarget, -1),
                'attstorage', a.attstorage, 'attgenerated', a.attgenerated, 'attislocal', a.attislocal,
                'default', pg_get_expr(d.adbin, d.adrelid), 'adoid', d.oid,
                'comment', col_description(a.attrelid, a.attnum)) ORDER BY a.attnum)
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        'constraints', (SELECT jsonb_agg(jsonb_build_array(n.conname, pg_get_constraintdef(n.oid), n.conislocal,
                obj_description(n.oid, 'pg_constraint')) ORDER BY n.conname)
            FROM pg_constraint n
            WHERE n.conrelid = c.oid AND NOT (n.contype = 'n' AND n.conname LIKE '%\\_not\\_null')),
        'triggers', (SELECT jsonb_agg(jsonb_build_array(pg_get_triggerdef(t.oid), t.tgenabled,
                obj_description(t.oid, 'pg_trigger')) ORDER BY t.tgname)
            FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
        'trigger_functions', (SELECT jsonb_agg(DISTINCT t.tgfoid::oid)
            FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
        'parents', (SELECT jsonb_agg(jsonb_build_object('inhparent', i.inhparent) ORDER BY i.inhseqno)
            FROM pg_inherits i WHERE i.inhrelid = c.oid))
    FROM pg_class c JOIN pg_foreign_table f ON f.ftrelid = c.oid"""

STATISTICS = """
    SELECT 'pg_statistic_ext', s.oid, jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid),
        'stxowner', s.stxowner, 'inhparent', s.stxrelid)
    FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid WHERE c.relkind = 'f'"""

USER_MAPPINGS = """
    SELECT 'pg_user_mapping', m.umid, jsonb_build_object('srvid', m.srvid) FROM pg_user_mappings m"""

EVERYTHING = " UNION ALL ".join(
    [
        *(f"SELECT '{name}', t.oid, to_jsonb(t) FROM {name} t WHERE t.oid >= 16384" for name in ROWS),
        CASTS,
        BASE_TYPES,
        FOREIGN_TABLES,
        STATISTICS,
        USER_MAPPINGS,
    ]
)

CLASSES = "SELECT relname, oid FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'"

SUBSCRIPTION_COLUMNS = """
    SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'pg_subscription'::regclass AND a.attnum > 0
        AND NOT a.attisdropped AND a.attname NOT IN ('subconninfo', 'subskiplsn', 'subdbid')
        AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    ORDER BY a.attname"""

SUBSCRIPTIONS = """
    SELECT 'pg_subscription', {oid}, (SELECT to_jsonb(x) FROM (SELECT {columns}) x)
        || jsonb_build_object('comment', shobj_description({oid}, 'pg_subscription'))
    FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"""
"""Without subconninfo, which holds a password."""

SUBSCRIPTION_OID = "(SELECT min(v.subid) FROM pg_stat_subscription v WHERE v.subname = s.subname)"
"""For want of the right to read the column, which version 13 gives to superusers alone."""

SAYINGS = """
    SELECT 'security label', l.classoid, l.objoid, l.objsubid, l.provider, l.label
    FROM pg_seclabel l WHERE l.classoid <> 'pg_largeobject'::regclass
    UNION ALL
    SELECT 'extension dependency', d.classid, d.objid, d.objsubid, e.extname, ''
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.deptype = 'x' AND d.refclassid = 'pg_extension'::regclass
    UNION ALL
    SELECT 'comment', d.classoid, d.objoid, 0, '', d.description FROM pg_description d
    WHERE d.objoid >= 16384 AND d.objsubid = 0 AND CASE
        WHEN d.classoid = 'pg_type'::regclass THEN EXISTS (
            SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE t.oid = d.objoid AND (t.typtype = 'm' OR c.relkind <> 'c' OR t.typcategory = 'A'))
        WHEN d.classoid = 'pg_constraint'::regclass THEN EXISTS (
            SELECT FROM pg_constraint c WHERE c.oid = d.objoid AND c.contypid <> 0 AND c.contype = 'n')
        WHEN d.classoid = 'pg_rewrite'::regclass THEN EXISTS (
            SELECT FROM pg_rewrite r WHERE r.oid = d.objoid AND r.rulename = '_RETURN')
        WHEN d.classoid = 'pg_proc'::regclass THEN EXISTS (
            SELECT FROM pg_depend i WHERE i.classid = d.classoid AND i.objid = d.objoid AND i.deptype = 'i')
        ELSE false END"""
"""What is said of an object and has no place in it: (type, classid, objid, objsubid, by or on whom, what)."""

PRIVILEGES = """
    WITH held(classid, objid, objsubid, acl, letter, owner, apart) AS (
        SELECT 'pg_class'::regclass, c.oid, 0, c.relacl, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END, c.relowner,
            false FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        UNION ALL
        SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, 'c', c.relowner, a.attnum < 0
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_init_privs i
            ON i.objoid = a.attrelid AND i.classoid = 'pg_class'::regclass AND i.objsubid = a.attnum
        WHERE a.attacl IS NOT NULL OR (a.attnum > 0 AND i.objoid IS NOT NULL)
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid, 0, p.proacl, 'f', p.proowner, p.proacl IS NOT NULL AND EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
        FROM pg_proc p
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid, 0, t.typacl, 'T', t.typowner,
            t.typacl IS NOT NULL AND (t.typtype = 'm' OR t.typcategory = 'A' OR c.relkind <> 'c')
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        UNION ALL
        SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspacl, 'n', n.nspowner, false
        FROM pg_namespace n WHERE n.nspname LIKE 'pg\\_%' OR n.nspname = 'information_schema' OR n.oid >= 16384
        UNION ALL
        SELECT 'pg_language'::regclass, l.oid, 0, l.lanacl, 'l', l.lanowner, false FROM pg_language l
        UNION ALL
        SELECT 'pg_foreign_data_wrapper'::regclass, f.oid, 0, f.fdwacl, 'F', f.fdwowner, false
        FROM pg_foreign_data_wrapper f)
    SELECT h.classid::oid, h.objid, h.objsubid, h.acl::text[], i.initprivs::text[], h.letter, h.owner
    FROM held h LEFT JOIN pg_init_privs i
        ON i.objoid = h.objid AND i.classoid = h.classid AND i.objsubid = h.objsubid
    WHERE h.acl IS DISTINCT FROM i.initprivs AND (h.apart OR h.objid < 16384 OR EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = h.classid AND d.objid = h.objid AND d.deptype = 'e'))"""
"""Privileges of the server's own objects and of extensions' members where they are not what initdb or the extension
gave, and those of types, functions and system columns that stand in no snapshot of their own."""

IDENTIFY = """
    SELECT d.classid, d.objid, d.objsubid, o.type, o.schema, o.name, o.identity
    FROM unnest(%s::oid[], %s::oid[], %s::int[]) d(classid, objid, objsubid)
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o"""

AHEAD: Queries = (
    (CLASSES, None),
    (EVERYTHING, None),
    (SUBSCRIPTION_COLUMNS, None),
    (PARTS, SINCE),
    (SAYINGS, None),
    (PRIVILEGES, None),
)
