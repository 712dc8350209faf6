"""Functions of SQL whose arguments are values.

Others may want names (`setval`, `pg_relation_size`), paths, units (`date_trunc`), formats (`strftime`) or
options that are read when the statement is prepared. Sources: https://www.postgresql.org/docs/current/functions.html,
https://www.sqlite.org/lang_corefunc.html, https://www.sqlite.org/lang_datefunc.html,
https://dev.mysql.com/doc/refman/8.4/en/built-in-function-reference.html,
https://learn.microsoft.com/en-us/sql/t-sql/functions/functions, https://postgis.net/docs/reference.html,
https://docs.snowflake.com/en/sql-reference/functions-all, https://clickhouse.com/docs/sql-reference/functions.
"""

from __future__ import annotations

OF_VALUES = frozenset(
    "ABS AES_DECRYPT AES_ENCRYPT AGAINST BIN_TO_UUID BTRIM BUILDMBR CAST CHARINDEX COALESCE CONCAT CONCAT_WS CONTAINS "
    "CONVERT CRYPT DATE DATETIME DECODE ENCODE ENDSWITH ENDS_WITH FIND_IN_SET FROM_UNIXTIME GEOMFROMTEXT GET_LOCK "
    "GREATEST HASHTEXT HEX HEXTORAW IF IFNULL IIF INET6_ATON INET_ATON INSTR ISNULL JULIANDAY LCASE LEAST LEFT "
    "LEVENSHTEIN LOCATE LOWER LTRIM MATCH MD5 MOD NULLIF NVL PARSE_DATE PARSE_JSON PARSE_TIMESTAMP PASSWORD "
    "PGP_SYM_DECRYPT PGP_SYM_ENCRYPT PG_ADVISORY_LOCK PG_ADVISORY_UNLOCK PG_ADVISORY_XACT_LOCK PG_CANCEL_BACKEND "
    "PG_NOTIFY PG_SLEEP PG_TERMINATE_BACKEND PG_TRY_ADVISORY_LOCK PG_TRY_ADVISORY_XACT_LOCK PHRASETO_TSQUERY "
    "PLAINTO_TSQUERY POINT POSITION POWER REGEXP_CONTAINS REGEXP_LIKE REGEXP_MATCHES REGEXP_REPLACE RELEASE_LOCK "
    "REPLACE RIGHT ROUND RTRIM SET_CONFIG SHA1 SHA2 SHA256 SHA512 SIMILARITY SLEEP SOUNDEX STARTSWITH STARTS_WITH "
    "STRPOS STR_TO_DATE ST_BUFFER ST_CONTAINS ST_DISTANCE ST_DWITHIN ST_GEOGFROMTEXT ST_GEOMETRYFROMTEXT "
    "ST_GEOMFROMEWKT ST_GEOMFROMGEOJSON ST_GEOMFROMTEXT ST_GEOMFROMWKB ST_INTERSECTS ST_MAKEENVELOPE ST_MAKEPOINT "
    "ST_POINT ST_POINTFROMTEXT ST_POLYGONFROMTEXT ST_SETSRID SUBSTR SUBSTRING TIME TIMESTAMP TODATE TODATETIME "
    "TO_DATE TO_JSON TO_JSONB TO_NUMBER TO_TIMESTAMP TO_TIMESTAMP_LTZ TO_TIMESTAMP_NTZ TO_TIMESTAMP_TZ TO_TSQUERY "
    "TO_TSVECTOR TRIM TRY_CAST UCASE UNHEX UNIXEPOCH UNIX_TIMESTAMP UPPER UUID_TO_BIN WEBSEARCH_TO_TSQUERY "
    "WORD_SIMILARITY".split()
)
"""In upper case. The first argument of a search function is the name of a configuration where there are several."""

OF_PATHS = frozenset(
    "GLOB PARQUET_SCAN READ_BLOB READ_CSV READ_CSV_AUTO READ_JSON READ_JSON_AUTO READ_NDJSON READ_PARQUET "
    "READ_TEXT".split()
)
"""Of DuckDB, whose first argument, a path, may be a parameter in a query.

https://duckdb.org/docs/stable/data/multiple_files/overview, https://duckdb.org/docs/stable/sql/query_syntax/prepared_statements
"""
