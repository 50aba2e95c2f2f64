"""The habits that design lays down and that can be read from the code."""

import re
import statistics
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "sinmungo"
TENANTS = ROOT / "tenants" / "sinmungo_tenants"
PLUGINS = ROOT / "plugins"
OF_PLUGINS = "*/sinmungo_*/**/*.py"
PYTHON = sorted([*CORE.rglob("*.py"), *TENANTS.rglob("*.py"), *PLUGINS.glob(OF_PLUGINS)])
MIGRATION = "versions"
STRINGS = re.compile(r'("""|\'\'\').*?\1', re.DOTALL)


@cache
def ours() -> tuple[Path, ...]:
    return tuple(p for p in PYTHON if MIGRATION not in p.parts)


@cache
def text(file: Path) -> str:
    return file.read_text("utf-8")


def city_names() -> set[str]:
    names = set()
    for file in sorted((ROOT / "tenants").glob("*.toml")):
        city = tomllib.loads(file.read_text("utf-8"))
        names |= {city["slug"], city["name"], re.sub("(광역시|시)$", "", city["name"])}
    return names


def test_core_never_names_a_city():
    names = city_names()
    assert {"부천", "대구", "김해"} <= names
    found = [
        f"{file.relative_to(ROOT)}: {name}"
        for folder in (CORE, TENANTS)
        for file in folder.rglob("*")
        if file.suffix in {".py", ".html", ".js", ".css", ".md", ".sql"} and file.is_file()
        for lowered in [text(file).lower()]
        for name in names
        if name in lowered
    ]
    assert found == []


def test_tenants_package_imports_nothing_of_core():
    found = [
        p for p in TENANTS.rglob("*.py") if re.search(r"(from|import) sinmungo\b(?!_)", text(p))
    ]
    assert found == []


def test_files_are_short():
    lengths = {p: len(text(p).splitlines()) for p in PYTHON}
    assert [str(p) for p, n in lengths.items() if n > 500] == []
    assert statistics.median(lengths[p] for p in ours()) <= 120


def function_lengths(source: str) -> list[int]:
    """Lines of each function by its indentation: a syntax tree takes twenty times as long."""
    found, begun, last = list[int](), list[tuple[int, int]](), 0
    for number, line in enumerate([*STRINGS.sub(emptied, source).splitlines(), "end"]):
        words = line.lstrip()
        if not words:
            continue
        depth = len(line) - len(words)
        while begun and depth <= begun[-1][0] and words[0] not in ")]":
            found.append(last - begun.pop()[1] + 1)
        last = number
        if words.startswith(("def ", "async def ")):
            begun.append((depth, number))
    return found


def emptied(text: re.Match[str]) -> str:
    """Return as many lines as the text has; what stands in them is no code."""
    return '""' + "\n" * text[0].count("\n") + " " * 99 + '""'


SAMPLE = """
class A:
    def one(
        self,
    ) -> str:
        '''Says
def this is no code
        '''
        async def inner():
            return 1

        return inner

    x = 1


def two(): ...
"""


def test_functions_are_measured():
    assert sorted(function_lengths(SAMPLE)) == [1, 2, 10]


def test_functions_are_short():
    lengths = sorted(length for path in ours() for length in function_lengths(text(path)))
    assert len(lengths) > 3000
    assert statistics.median(lengths) <= 12
    assert lengths[int(len(lengths) * 0.9)] <= 35


def test_every_table_has_a_key_made_in_python():
    from sinmungo.component import COMPONENT

    for table in COMPONENT.metadata.tables.values():
        assert table.primary_key.columns, table.name
        assert table.schema is None
        for column in table.columns:
            assert column.server_default is None, column
            assert column.identity is None, column


def test_only_the_doors_open_connections():
    allowed = {
        "doors.py",
        "pools.py",  # the doors' own connections
        "servers.py",  # the migrator's, by server
        "provision.py",
        "adding.py",
        "purge.py",  # takes a plugin's tables out of a city, by the migrator
        "headsql.py",
        "archive",  # snapshots of one city, by the migrator
        "fleet",  # bounded threads, each with a connection of the migrator
        "autogen.py",
        "server",
        "deploy",
        "testing",
        "author",  # looks into the scratch server on which it tries a plugin
        "revisions.py",
        "worker.py",
    }
    opening = re.compile(r"asyncpg\.(connect|create_pool)|psycopg\.connect|create_(async_)?engine")
    found = [
        str(p.relative_to(ROOT))
        for p in ours()
        if opening.search(text(p)) and not allowed & {p.name, *p.parts}
    ]
    assert found == []


def test_nothing_loads_the_orm():
    """It costs every worker 6 MB, and statements are of Core; an alias is `table.alias()`."""
    orm = re.compile(r"^\s*(from|import) sqlalchemy\.(orm|ext)\b", re.MULTILINE)
    assert [str(p) for p in ours() if orm.search(text(p))] == []


def test_no_statement_is_volatile():
    """UPDATE and DELETE take times and ids as parameters (room to grow: Citus)."""
    volatile = re.compile(r"func\.(now|current_timestamp|gen_random_uuid|random|clock_timestamp)\b")
    assert [str(p) for p in ours() if volatile.search(text(p))] == []


def test_no_wall_clock_outside_the_clock():
    reading = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    allowed = {"clock.py", "provision.py", "adding.py"}
    found = [
        str(p.relative_to(ROOT))
        for p in ours()
        if reading.search(text(p)) and p.name not in allowed
    ]
    assert found == []


def test_plugins_import_only_the_sdk():
    importing = re.compile(r"^\s*(?:from|import) (sinmungo[\w.]*)", re.MULTILINE)
    for file in PLUGINS.glob(OF_PLUGINS):
        own = file.relative_to(PLUGINS).parts[1]
        for module in importing.findall(text(file)):
            inside = module == own or module.startswith(own + ".")
            assert inside or module.startswith(("sinmungo.sdk", "sinmungo.testing")), (file, module)


def test_core_does_not_import_the_sdk():
    found = [
        p
        for p in CORE.rglob("*.py")
        if "sdk" not in p.parts and re.search(r"sinmungo\.sdk", text(p))
    ]
    assert found == []


def test_screens_load_nothing_from_elsewhere():
    outside = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""")
    pages = [*CORE.rglob("*.html"), *PLUGINS.rglob("*.html"), *CORE.rglob("*.css")]
    assert len(pages) > 20
    found = [str(p) for p in pages if outside.search(text(p).replace("http://{{", ""))]
    assert found == []


def test_no_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
    pages = [*CORE.rglob("*.html"), *PLUGINS.rglob("*.html")]
    assert [str(p) for p in pages if inline.search(text(p))] == []
