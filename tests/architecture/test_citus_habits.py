"""The habits that let cities be spread over several servers later (docs/explanation/scale.md).

They cost nothing on one server and are dear to win back; each check is tried on what breaks it.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    MetaData,
    Sequence,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from sinmungo.component import COMPONENT
from sinmungo.host.loader import load
from sinmungo.slices import CORE_SLICES
from sinmungo_tenants import Component, Write
from sinmungo_tenants.migrate import steps

ROOT = Path(__file__).parents[2]
SOURCES = ("core/sinmungo", "tenants/sinmungo_tenants", "plugins/*/sinmungo_*")
KEEPS = re.compile(r"\b(read|write|insert_into)\(", re.MULTILINE)
TELLS_ONLY = {"apply.py", "problems.py"}  # name a constraint to a person, decide nothing by it
ASKS_THE_SERVER = {"checkup/database.py"}  # tells how a server is set up, decides nothing by it
# Revisions older than this guard, which no one may change any more. The sequences are dropped by
# core 0014; the two of plugins move rows once, in cities that were there before them.
LANDED = {
    ("core", "0004"): ["a sequence"],
    ("core", "0010"): ["a sequence"],
    ("core", "0011"): ["a sequence"],
    ("daegu", "0002"): ["ON CONFLICT of a SELECT"],
    ("gimhae", "0002"): ["a name with a schema", "several statements"],
}


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


VOLATILE = pattern(
    r"\b(now|random|nextval|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday"
    r"|gen_random_uuid|uuid_generate_\w+|uuidv[47])\s*\(|\bcurrent_(timestamp|date|time)\b"
    r"|\blocaltime(stamp)?\b"
)
CHANGES = pattern(r"\bUPDATE\s+\w|\bDELETE\s+FROM\b")
RETURNING = pattern(r"\bRETURNING\s+(.+?)(?=\)\s*(?:,|SELECT|INSERT|UPDATE|DELETE)|$)")
A_COLUMN = pattern(r"(\w+\.)?\w+(\s+AS\s+\w+)?")
AT_ONCE = pattern(r"\bpg_(try_)?advisory\w*|\bpg_notify\b")
FORBIDDEN = {
    "MERGE": pattern(r"\bMERGE\s+INTO\b"),
    "SET CONSTRAINTS": pattern(r"\bSET\s+CONSTRAINTS\b"),
    "a setting read by the database": pattern(r"\bcurrent_setting\s*\(|\bSHOW\s+\w"),
    "ON CONFLICT of a SELECT": pattern(
        r"\bINSERT\s+INTO\s+\w+\s*(\([^)]*\))?\s*SELECT\b.*\bON\s+CONFLICT\b"
    ),
}
FORBIDDEN_DDL = {
    "a trigger": pattern(r"\bCREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+)?TRIGGER\b"),
    "a function": pattern(r"\bCREATE\s+(OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE|RULE)\b"),
    "a sequence": pattern(r"\bCREATE\s+SEQUENCE\b|\b(SMALL|BIG)?SERIAL\d?\b|\bIDENTITY\b|nextval"),
    "a type of its own": pattern(r"\bCREATE\s+(TYPE|DOMAIN)\b"),
    "a name with a schema": pattern(
        r"\b(REFERENCES|TABLE|INDEX|ON|INTO|UPDATE|FROM)\s+(ONLY\s+)?\"?\w+\"?\.\"?\w+"
    ),
    "a volatile default": pattern(rf"\bDEFAULT\s+({VOLATILE.pattern})"),
}
A_TEXT = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|MERGE|NOTIFY|LISTEN|CREATE|ALTER|SET)\s"
)
OF_A_SCHEMA = pattern(r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(?:ONLY\s+)?\"?(\w+)\"?\.\"?\w")
NO_TABLE = pattern(r"\bEXTRACT\s*\([^)]*\)|\bDISTINCT\s+FROM\b")
EVERYWHERE = {"pg_catalog", "information_schema"}
TOLD_APART_BY = re.compile(r"constraint_name|rolcanlogin")
UNNAMED = pattern(r"(?<!\w)(?:PRIMARY\s+KEY|FOREIGN\s+KEY|UNIQUE|CHECK|EXCLUDE)\b(?!\s+INDEX)")
NAMED = pattern(r"CONSTRAINT\s+\"?\w+\"?\s*$")


@cache
def components() -> tuple[Component, ...]:
    """Return core and every plugin that has tables."""
    return (COMPONENT, *load(CORE_SLICES).components())


def faults_of_table(table: Table) -> list[str]:
    found = [] if table.primary_key.columns else ["no primary key"]
    found += ["lies in a schema of its own"] if table.schema else []
    for column in table.columns:
        by_itself = (column.server_default, column.identity, column.server_onupdate)
        found += [f"{column.name} gets a value by itself"] * any(v is not None for v in by_itself)
        found += [f"{column.name} has a sequence"] * isinstance(column.default, Sequence)
        found += [f"{column.name} refers to another schema"] * any(
            key.target_fullname.count(".") > 1 for key in column.foreign_keys
        )
    return found


def faults_of_ddl(statement: str) -> list[str]:
    plain = without_texts(statement)
    found = [what for what, pattern in FORBIDDEN_DDL.items() if pattern.search(plain)]
    found += ["several statements"] * (";" in plain.rstrip("; \n"))
    if re.match(r"\s*ALTER\s+TABLE\b", plain, re.IGNORECASE):
        found += ["several subcommands of ALTER"] * (len(parts(plain)) > 1)
    if re.match(r"\s*(ALTER|CREATE)\s+TABLE\b", plain, re.IGNORECASE):
        found += ["a constraint without a name"] * any(
            not NAMED.search(plain[: m.start()]) for m in UNNAMED.finditer(plain)
        )
    return found + faults_of_statement(plain)


def faults_of_statement(statement: str) -> list[str]:
    plain = without_texts(statement)
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(plain)]
    if CHANGES.search(plain) and VOLATILE.search(plain):
        found.append("a volatile function in UPDATE or DELETE")
    for given in RETURNING.findall(plain):
        names = (name.strip() for name in parts(given))
        found += [f"RETURNING {n}" for n in names if not A_COLUMN.fullmatch(n)]
    if AT_ONCE.search(plain) and re.search(r"\bFROM\b", plain, re.IGNORECASE):
        found.append("a lock or a notice inside a query")
    return found + ["several schemas at once"] * (len(schemas_of(plain)) > 1)


def schemas_of(statement: str) -> set[str]:
    """Return the schemas that a statement names tables of."""
    return set(OF_A_SCHEMA.findall(NO_TABLE.sub("", statement))) - EVERYWHERE


def without_texts(statement: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", statement)


def parts(text: str) -> list[str]:
    """Split at the commas that stand in no parentheses."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


def faults_of_source(source: str) -> list[str]:
    """Errors are told apart by SQLSTATE: elsewhere a constraint may have another name or none.

    And whether a city's role may log in is a switch of the deployment: nothing looks at it.
    """
    if not TOLD_APART_BY.search(source):
        return []
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "constraint_name":
            found.append(f"line {node.lineno}: constraint_name")
        elif isinstance(node, ast.Constant) and "rolcanlogin" in str(node.value):
            found.append(f"line {node.lineno}: rolcanlogin")
    return found


def texts(source: str) -> list[str]:
    """Return the statements that a module holds as text; what is put into one is an x."""
    if not re.search(r"SELECT|INSERT INTO|UPDATE|DELETE FROM|NOTIFY", source):
        return []
    found, inside = [], set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            parts = (v.value if isinstance(v, ast.Constant) else "x" for v in node.values)
            found.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and id(node) not in inside:
            found.append(str(node.value))
    return [text for text in found if A_TEXT.match(text)]


def sources() -> list[Path]:
    return sorted(f for names in SOURCES for top in ROOT.glob(names) for f in top.rglob("*.py"))


@cache
def statements() -> dict[str, Write]:
    """Return every statement that a module keeps, alone or in a collection."""
    found: dict[str, Write] = {}
    for file in sources():
        if KEEPS.search(file.read_text("utf-8")) and "testing" not in file.parts:
            module = importlib.import_module(module_of(file))
            for name, value in vars(module).items():
                for number, each in enumerate(kept(value)):
                    found[f"{module.__name__}.{name}[{number}]"] = each
    return found


def module_of(file: Path) -> str:
    top = next(p for p in file.parents if not (p / "__init__.py").exists())
    return ".".join(file.relative_to(top).with_suffix("").parts).removesuffix(".__init__")


def kept(value: Any) -> Iterator[Write]:
    if isinstance(value, Write):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from kept(each)
    elif isinstance(value, tuple | list | frozenset):
        for each in value:
            yield from kept(each)


def script(component: Component) -> list[str]:
    """Return the statements of `head.sql`, if the component ships one."""
    file = component.scripts / "head.sql"
    if not file.exists():
        return []
    lines = [x for x in file.read_text("utf-8").splitlines() if not x.startswith("--")]
    return [s for s in re.split(r";\s*\n", "\n".join(lines) + "\n") if s.strip()]


def test_every_table_has_a_key_of_its_own_and_nothing_fills_itself():
    found = {
        f"{c.name}.{t.name}": faults
        for c in components()
        for t in c.metadata.tables.values()
        if (faults := faults_of_table(t))
    }
    assert found == {}
    assert sum(len(c.metadata.tables) for c in components()) > 50


def test_every_revision_is_plain():
    found: dict[tuple[str, str], list[str]] = {}
    for component in components():
        for step in steps(component):
            for statement in step.statements:
                if faults := faults_of_ddl(statement):
                    found.setdefault((component.name, step.revision), []).extend(faults)
    installed = {c.name for c in components()}
    assert found == {key: faults for key, faults in LANDED.items() if key[0] in installed}
    assert sum(len(s.statements) for c in components() for s in steps(c)) > 200


@pytest.mark.parametrize("component", components(), ids=lambda c: c.name)
def test_the_script_of_new_cities_is_plain(component: Component):
    found = [(s, faults) for s in script(component) if (faults := faults_of_ddl(s))]
    assert found == []


def test_every_statement_is_plain():
    found = {n: f for n, s in statements().items() if (f := faults_of_statement(s.sql))}
    assert found == {}
    assert len(statements()) > 300


def test_errors_are_told_apart_by_their_code():
    found = {
        str(file.relative_to(ROOT)): faults
        for file in sources()
        if file.name not in TELLS_ONLY
        if (faults := faults_of_source(file.read_text("utf-8")))
    }
    assert found == {}


def test_every_statement_written_as_text_is_plain():
    held = {
        str(file.relative_to(ROOT)): texts(file.read_text("utf-8"))
        for file in sources()
        if not {"versions", "testing"} & set(file.parts)
    }
    found = {
        (name, text): faults
        for name, all_texts in held.items()
        for text in all_texts
        if not name.endswith(tuple(ASKS_THE_SERVER)) and (faults := faults_of_statement(text))
    }
    assert found == {}
    assert sum(map(len, held.values())) > 100


def test_no_statement_past_the_door_names_a_schema():
    assert {n: s.sql for n, s in statements().items() if schemas_of(s.sql)} == {}


def bad_tables() -> list[Table]:
    md = MetaData()
    return [
        Table("a", md, Column("x", Text)),
        Table("b", md, Column("id", Uuid, primary_key=True), schema="control"),
        Table("c", md, Column("id", Uuid, primary_key=True, server_default=func.now())),
        Table("d", md, Column("id", Text, Identity(), primary_key=True)),
        Table("e", md, Column("id", Uuid, Sequence("s"), primary_key=True)),
        Table("f", md, Column("id", Uuid, ForeignKey("control.b.id"), primary_key=True)),
        Table(
            "g",
            md,
            Column("id", Uuid, primary_key=True),
            Column("at", Text, server_default=text("''")),
        ),
    ]


@pytest.mark.parametrize("table", bad_tables(), ids=lambda t: t.name)
def test_a_table_that_breaks_a_habit_is_found(table: Table):
    assert len(faults_of_table(table)) == 1


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("CREATE TRIGGER t BEFORE INSERT ON cases EXECUTE FUNCTION f()", "a trigger"),
        ("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql", "a function"),
        ("CREATE SEQUENCE s", "a sequence"),
        ("CREATE TABLE t (id SERIAL, CONSTRAINT p PRIMARY KEY (id))", "a sequence"),
        (
            "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, CONSTRAINT p PRIMARY KEY (id))",
            "a sequence",
        ),
        ("CREATE TYPE mood AS ENUM ('A')", "a type of its own"),
        (
            "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES control.tenants (id)",
            "a name with a schema",
        ),
        ("CREATE INDEX i ON t_abc.cases (id)", "a name with a schema"),
        ("ALTER TABLE a ADD COLUMN at timestamptz DEFAULT now()", "a volatile default"),
        ("ALTER TABLE a ADD COLUMN x int; ALTER TABLE a ADD COLUMN y int", "several statements"),
        ("ALTER TABLE a ADD COLUMN x numeric(3, 1), DROP COLUMN y", "several subcommands of ALTER"),
        ("ALTER TABLE a ADD UNIQUE (x)", "a constraint without a name"),
        ("CREATE TABLE t (id uuid PRIMARY KEY)", "a constraint without a name"),
        ("ALTER TABLE a ADD CHECK (x > 0)", "a constraint without a name"),
        ("UPDATE a SET at = now()", "a volatile function in UPDATE or DELETE"),
    ],
)
def test_a_revision_that_breaks_a_habit_is_found(statement: str, fault: str):
    assert faults_of_ddl(statement) == [fault]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE a SET x = $1 WHERE at < now()", "a volatile function in UPDATE or DELETE"),
        ("DELETE FROM a WHERE random() < 0.5", "a volatile function in UPDATE or DELETE"),
        ("UPDATE a SET at = CURRENT_TIMESTAMP", "a volatile function in UPDATE or DELETE"),
        (
            "WITH x AS (UPDATE a SET id = gen_random_uuid() RETURNING a.id) SELECT id FROM x",
            "a volatile function in UPDATE or DELETE",
        ),
        ("INSERT INTO a (x) VALUES ($1) RETURNING a.id, upper(x)", "RETURNING upper(x)"),
        ("WITH c AS (UPDATE a SET n = 1 RETURNING a.n + 1) SELECT n FROM c", "RETURNING a.n + 1"),
        ("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DO NOTHING", "MERGE"),
        ("SET CONSTRAINTS ALL DEFERRED", "SET CONSTRAINTS"),
        ("SELECT current_setting('app.actor')", "a setting read by the database"),
        (
            "INSERT INTO a (x) SELECT b.x FROM b ON CONFLICT (x) DO NOTHING",
            "ON CONFLICT of a SELECT",
        ),
        ("SELECT pg_advisory_xact_lock(1) FROM cases", "a lock or a notice inside a query"),
        ("SELECT pg_notify('wake', x) FROM outbox", "a lock or a notice inside a query"),
        ("SELECT 1 FROM t_a.cases JOIN control.tenants ON true", "several schemas at once"),
        ("INSERT INTO control.x (a) SELECT a FROM t_a.cases", "several schemas at once"),
    ],
)
def test_a_statement_that_breaks_a_habit_is_found(statement: str, fault: str):
    assert faults_of_statement(statement) == [fault]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE a ADD CONSTRAINT c CHECK (x in ('A', 'B'))",
        "CREATE TABLE t (id uuid, n numeric(3, 1), CONSTRAINT p PRIMARY KEY (id))",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY(id) REFERENCES a (id)",
        "CREATE UNIQUE INDEX i ON a (x) WHERE x IS NOT NULL",
        "INSERT INTO a (x) VALUES ($1) ON CONFLICT (x) DO UPDATE SET x = excluded.x",
        "UPDATE a SET x = 'now()' WHERE id = $1 RETURNING a.id, x AS y",
        "SELECT pg_advisory_xact_lock(1)",
    ],
)
def test_what_keeps_the_habits_passes(statement: str):
    assert faults_of_ddl(statement) == []


def test_a_source_that_breaks_a_habit_is_found():
    known = "try:\n    act()\nexcept E as e:\n    if e.constraint_name == 'uq_a':\n        pass\n"
    assert faults_of_source(known) == ["line 4: constraint_name"]
    assert faults_of_source('A = "SELECT rolcanlogin FROM r"\n') == ["line 1: rolcanlogin"]
    source = 'A = f"UPDATE {name} SET at = now()"\nB = "DELETE FROM a"\nC = "no SELECT at all"\n'
    assert sorted(texts(source)) == ["DELETE FROM a", "UPDATE x SET at = now()"]
    assert faults_of_statement(max(texts(source))) == ["a volatile function in UPDATE or DELETE"]
