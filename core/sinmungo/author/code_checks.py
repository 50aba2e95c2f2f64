"""What can be read from the code without running it: even when the plugin cannot be loaded."""

import ast
from collections.abc import Iterator

from sinmungo.author.findings import Finding, Source, Sources

_OPEN = {"sdk", "testing"}
_HANDLERS = {"get", "post", "put", "patch", "delete", "route"}
_BUILDERS = {"read", "write", "insert_into"}
_SQL = {"text", "literal_column", "execute", "exec_driver_sql"}
_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
_VOLATILE = {"now", "current_timestamp", "clock_timestamp", "random", "gen_random_uuid"}
_TAKING = {"drop_table", "drop_column", "rename_table"}
_BLOCKING = {("time", "sleep"), ("requests", "get"), ("requests", "post"), ("subprocess", "run")}


def code_findings(sources: Sources) -> Iterator[Finding]:
    """Yield every mistake that the code itself shows."""
    for source in sources:
        try:
            tree = source.tree
        except SyntaxError as error:
            place = source.at(ast.Constant(value=None, lineno=error.lineno or 1))
            yield Finding("syntax", place, f"Python cannot read it: {error.msg}", "mend the line")
            continue
        yield from _imports(source, tree, sources.project.package.name)
        yield from _calls(source, tree)
        yield from _handlers(source, tree)
        if not source.is_migration:
            yield from _built_per_call(source, tree)
            yield from _blocking(source, tree)


def _imports(source: Source, tree: ast.Module, own: str) -> Iterator[Finding]:
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and not node.level:
            base = node.module or ""
            names = [base] if base != "sinmungo" else [f"sinmungo.{a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        for name in names:
            parts = name.split(".")
            if not parts[0].startswith("sinmungo") or parts[0] == own:
                continue
            if parts[0] == "sinmungo" and len(parts) > 1 and parts[1] in _OPEN:
                continue
            yield Finding(
                "import",
                source.at(node),
                f"imports {name}, which is not open to plugins",
                "import it from the sdk; what is missing there is asked of core",
            )


def _dotted(node: ast.AST) -> tuple[str, str]:
    """Return (owner, name) of what is called: `datetime.now` → ("datetime", "now")."""
    if isinstance(node, ast.Name):
        return "", node.id
    if isinstance(node, ast.Attribute):
        owner = node.value
        named = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        return str(named), node.attr
    return "", ""


def _calls(source: Source, tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(source, node)


def _call(source: Source, node: ast.Call) -> Iterator[Finding]:
    owner, name = _dotted(node.func)
    if source.is_migration:
        yield from _in_revision(source, node, name)
        return
    if name in _SQL and node.args and _composed(node.args[0]):
        yield Finding(
            "sql",
            source.at(node),
            "puts a value into the text of SQL",
            "build the statement with SQLAlchemy and give values as bindparam parameters",
        )
    if (owner, name) in _CLOCKS:
        yield Finding(
            "clock",
            source.at(node),
            f"reads the machine's clock ({owner}.{name})",
            "use clock.now() or clock.today() of the sdk",
        )
    if name in {"uuid1", "uuid4"}:
        yield Finding("key", source.at(node), f"makes a key by {name}", "use clock.uuid7()")
    if owner == "func" and name in _VOLATILE:
        yield Finding(
            "sql",
            source.at(node),
            f"lets the database decide (func.{name})",
            "give times and ids as parameters: clock.now(), clock.uuid7()",
        )
    if name == "in_" and node.args and isinstance(node.args[0], ast.List | ast.Tuple | ast.Set):
        yield Finding(
            "sql",
            source.at(node),
            "in_() makes the text of a statement depend on its values",
            'use any_of(column, "name", column.type)',
        )
    if not owner and name == "print":
        yield Finding("print", source.at(node), "prints", "return it, or show it on a page")


def _in_revision(source: Source, node: ast.Call, name: str) -> Iterator[Finding]:
    if name == "get_bind":
        yield Finding(
            "migration",
            source.at(node),
            "a revision asks the database",
            "schema operations only: a revision is rendered once and run in every city",
        )
    required = name == "alter_column" and any(
        k.arg == "nullable" and getattr(k.value, "value", None) is False for k in node.keywords
    )
    if name in _TAKING or required:
        yield Finding(
            "migration",
            source.at(node),
            f"a revision takes away what code before it uses ({name})",
            "expand first; take away in a later release, when no process reads it any more",
            "warning",
        )


def _composed(node: ast.AST) -> bool:
    """Whether a text is put together: an f-string with values, +, % or .format()."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(v, ast.FormattedValue) for v in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.Call) and _dotted(node.func)[1] == "format"


def _handlers(source: Source, tree: ast.Module) -> Iterator[Finding]:
    for owner in ast.walk(tree):
        if not isinstance(owner, ast.ClassDef) or _says_opt(owner):
            continue
        for method in owner.body:
            for mark in getattr(method, "decorator_list", ()):
                if not isinstance(mark, ast.Call) or _dotted(mark.func)[1] not in _HANDLERS:
                    continue
                if not any(k.arg in {"opt", None} for k in mark.keywords):
                    name = getattr(method, "name", "")
                    yield Finding(
                        "permission",
                        source.at(mark),
                        f"{owner.name}.{name} declares no permission",
                        "add opt=needs(PERMISSION), or opt=public() if anyone may call it",
                    )


def _says_opt(owner: ast.ClassDef) -> bool:
    """Whether a controller gives `opt` to all its handlers."""
    targets = [t for n in owner.body if isinstance(n, ast.Assign) for t in n.targets]
    targets += [n.target for n in owner.body if isinstance(n, ast.AnnAssign)]
    return any(isinstance(t, ast.Name) and t.id == "opt" for t in targets)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _from_sdk(tree: ast.Module) -> set[str]:
    """Return the names that this file has from the sdk."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sinmungo.")
        for alias in node.names
    }


def _built_per_call(source: Source, tree: ast.Module) -> Iterator[Finding]:
    builders = _BUILDERS & _from_sdk(tree)
    for function in _functions(tree):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in builders:
                yield Finding(
                    "statement",
                    source.at(node),
                    f"builds a statement in every call of {function.name}",
                    "make it a constant of queries.py, values as bindparam parameters",
                )


def _blocking(source: Source, tree: ast.Module) -> Iterator[Finding]:
    for function in _functions(tree):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _dotted(node.func) in _BLOCKING:
                yield Finding(
                    "blocking",
                    source.at(node),
                    f"stops the whole process in {function.name}",
                    "put slow work into the outbox (put) and do it in a job",
                )
