-- What MySQL alone has.
CREATE TABLE functional (
    a INT, b VARCHAR(20), doc JSON, place POINT NOT NULL SRID 4326, /*!90000 v VECTOR(3), */
    KEY lowered ((lower(b)), a DESC), KEY many ((CAST(doc -> '$.x' AS UNSIGNED ARRAY))), KEY unseen (a) INVISIBLE,
    CONSTRAINT lax CHECK (a > 0) NOT ENFORCED
);
CREATE TABLE attributed (
    a INT SECONDARY_ENGINE_ATTRIBUTE '{"k": "v"}', b INT COLUMN_FORMAT FIXED, c INT STORAGE DISK,
    KEY kb (b) SECONDARY_ENGINE_ATTRIBUTE '{"i": 1}'
) SECONDARY_ENGINE_ATTRIBUTE '{"t": "*"}';
CREATE TABLE long_text (a TEXT DEFAULT ('abc'), b INT AS (a + 1) STORED NOT NULL, c INT DEFAULT 5, d INT DEFAULT (5));
