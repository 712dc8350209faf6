"""What Django's and Alembic's migrations do to a database, and what a database does then.

Sources: django/db/backends/base/schema.py (`_effective_default`, `add_field`), django/db/models/fields,
alembic/operations/toimpl.py; https://www.postgresql.org/docs/current/sql-altertable.html,
https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html,
https://mariadb.com/kb/en/instant-add-column-for-innodb/, https://www.sqlite.org/lang_altertable.html.
"""

from __future__ import annotations

import re

ENGINE_NAMES = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
    "oracle": "Oracle",
    "mssql": "SQL Server",
}
DEFAULT_VERSIONS: dict[str, tuple[int, ...]] = {
    "postgresql": (15,),
    "mysql": (8, 4),
    "mariadb": (10, 6),
    "sqlite": (3, 40),
    "oracle": (19,),
    "mssql": (15,),
}
"""The version when only the engine is known."""

CONSTANT_DEFAULT_IS_FREE: dict[str, tuple[int, ...]] = {
    "postgresql": (11,),
    "mysql": (8, 0, 12),
    "mariadb": (10, 3),
    "sqlite": (3,),
    "oracle": (11,),
    "mssql": (11,),
}
"""From this version on, adding a column with a constant default writes no row."""

VOLATILE = re.compile(
    r"\b(?:gen_random_uuid|uuid_generate_v\w+|uuid|uuidv[47]|newid|newsequentialid|random|rand|randomblob|"
    r"clock_timestamp|timeofday|nextval|next_value|txid_current)\s*\(",
    re.IGNORECASE,
)
"""Functions whose value differs from row to row: as a default they rewrite the table. `now()` is not one."""

# -- Django ----------------------------------------------------------------------------------------------------------

WITHOUT_COLUMN = re.compile(r"ManyToMany|Taggable|TagsField$|^GenericRelation$|^GenericForeignKey$|^ForeignObject$")
"""Names of fields that make no column: many-to-many and its relatives, django-taggit's manager, generic relations."""

NULLABLE_FIELDS = frozenset({"NullBooleanField"})
"""Fields that are nullable without saying so."""

GENERATED_FIELDS = frozenset(
    {"AutoField", "BigAutoField", "SmallAutoField", "GeneratedField", "SerialField", "BigSerialField"}
)
"""Fields whose value the database makes."""

TEXT_FIELDS = frozenset(
    {
        "CharField", "TextField", "EmailField", "URLField", "SlugField", "FileField", "FilePathField", "ImageField",
        "CommaSeparatedIntegerField", "IPAddressField", "RichTextField", "CICharField", "CITextField", "CIEmailField",
    }
)  # fmt: skip
"""Fields that allow an empty string: not null, blank and without a default, they get `''`."""

EMPTY_FIELDS = TEXT_FIELDS | {"BinaryField"}
"""Fields that get an empty value when they are not null and have no default: `''`, or `b''`."""

DJANGO_FIELDS = TEXT_FIELDS | {
    "BigIntegerField", "BinaryField", "BooleanField", "DateField", "DateTimeField", "DecimalField", "DurationField",
    "FloatField", "ForeignKey", "GenericIPAddressField", "IntegerField", "JSONField", "OneToOneField",
    "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "SmallIntegerField", "TimeField",
    "UUIDField", "ArrayField", "HStoreField",
}  # fmt: skip
"""Fields of Django itself. What another class adds to its keyword arguments is not known."""

CHECKED_FIELDS = frozenset({"PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"})
"""Fields whose column comes with a CHECK, for which PostgreSQL reads the table (`db_check` of the field)."""

SAME_FOR_ALL = frozenset({"django.utils.timezone.now", "datetime.datetime.now", "datetime.date.today"})
"""Callable defaults that are called once for all rows: the moment of the migration."""

RELATION = re.compile(r"ForeignKey|OneToOne")
"""Names of fields with an index of their own, which comes with the constraint; their column is `<name>_id`."""

INDEXED_FIELDS = frozenset({"SlugField"})
"""Fields that are indexed without saying so."""

DEFAULT_LENGTHS: dict[str, tuple[int, ...]] = {
    "EmailField": (254,), "URLField": (200,), "SlugField": (50,), "FileField": (100,), "ImageField": (100,),
    "FilePathField": (100,),
}  # fmt: skip
"""`max_length` where a field does not give it."""

COLUMN_TYPES = {
    "AutoField": "integer", "BigAutoField": "bigint", "SmallAutoField": "smallint", "IntegerField": "integer",
    "BigIntegerField": "bigint", "SmallIntegerField": "smallint", "PositiveIntegerField": "integer",
    "PositiveBigIntegerField": "bigint", "PositiveSmallIntegerField": "smallint", "BooleanField": "boolean",
    "NullBooleanField": "boolean", "CharField": "varchar", "EmailField": "varchar", "URLField": "varchar",
    "SlugField": "varchar", "FileField": "varchar", "ImageField": "varchar", "FilePathField": "varchar",
    "TextField": "text", "DateField": "date", "DateTimeField": "timestamptz", "TimeField": "time",
    "DecimalField": "numeric", "FloatField": "double precision", "UUIDField": "uuid", "JSONField": "jsonb",
    "BinaryField": "bytea", "DurationField": "interval", "GenericIPAddressField": "inet",
}  # fmt: skip
"""The column of a Django field on PostgreSQL (django/db/backends/postgresql/base.py)."""

ALEMBIC_TYPES = {
    "Integer": "integer", "INTEGER": "integer", "INT": "integer", "BigInteger": "bigint", "BIGINT": "bigint",
    "SmallInteger": "smallint", "SMALLINT": "smallint", "String": "varchar", "VARCHAR": "varchar",
    "Unicode": "varchar", "AutoString": "varchar", "Text": "text", "TEXT": "text", "UnicodeText": "text",
    "Boolean": "boolean", "BOOLEAN": "boolean", "Date": "date", "DATE": "date", "DateTime": "timestamp",
    "TIMESTAMP": "timestamp", "Time": "time", "Float": "double precision", "FLOAT": "double precision",
    "Double": "double precision", "REAL": "real", "Numeric": "numeric", "NUMERIC": "numeric", "DECIMAL": "numeric",
    "JSON": "json", "JSONB": "jsonb", "UUID": "uuid", "Uuid": "uuid", "LargeBinary": "bytea", "BYTEA": "bytea",
    "Enum": "enum", "ENUM": "enum", "INET": "inet", "CIDR": "cidr", "Interval": "interval", "INTERVAL": "interval",
    "CHAR": "char",
}  # fmt: skip
"""The column of an SQLAlchemy type on PostgreSQL (sqlalchemy/dialects/postgresql/base.py)."""

TYPE_ALIASES = {
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "character varying": "varchar",
    "character": "char", "bpchar": "char", "decimal": "numeric", "bool": "boolean", "float8": "double precision",
    "float4": "real", "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp",
    "serial": "integer", "bigserial": "bigint", "time without time zone": "time",
}  # fmt: skip

FIXED_TYPES = frozenset(
    {
        "integer", "bigint", "smallint", "boolean", "date", "uuid", "json", "jsonb", "bytea", "double precision",
        "real", "time", "interval",
    }
)  # fmt: skip
"""PostgreSQL's types that no other type turns into without the table being written anew."""

VALIDATES_CONSTRAINTS: dict[str, frozenset[str]] = {
    "postgresql": frozenset({"foreign key", "check", "unique", "primary key", "exclude"}),
    "mysql": frozenset({"foreign key", "check"}),
    "mariadb": frozenset({"foreign key", "check"}),
}
"""Constraints whose adding reads or copies the table while writes to it wait. MySQL adds unique keys in place."""

SMALL_MODELS = frozenset(
    {
        "contenttype", "permission", "site", "group", "migrationrecorder", "setting", "settings", "siteconfiguration",
        "periodictask", "intervalschedule", "crontabschedule", "socialapp", "flag", "switch", "locale", "language",
        "country", "currency", "status", "role", "webhook", "customfield",
    }
)  # fmt: skip
"""Models that hold a few rows whatever happens: one UPDATE over them is harmless."""

SMALL_SUFFIXES = ("settings", "setting", "config", "configuration", "preferences", "definition", "provider")
"""Ends of names of models and tables that hold one row, or a few."""

PER_USER = ("user", "account", "member", "profile")
"""Words in names of settings of which there are as many as users."""

SMALL_TABLES = frozenset(
    {"django_content_type", "auth_permission", "auth_group", "django_site", "django_migrations", "alembic_version"}
)

UNIQUE_COLUMNS = frozenset(
    {"pk", "id", "uuid", "guid", "slug", "name", "key", "code", "username", "email", "codename", "identifier"}
)
UNIQUE_SUFFIXES = ("_id", "_uuid", "_key", "_name", "path")
"""Columns, and ends of their names, that pick a single row or a few when compared with a value."""

RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role current_schema
    current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
    foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading
    left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing
    primary references returning right select session_user similar some symmetric table tablesample then to trailing
    true union unique user using variadic verbose when where window with""".split()
)
"""Names that PostgreSQL takes in quotes only (https://www.postgresql.org/docs/current/sql-keywords-appendix.html)."""
