"""Several statements in one message: changing tables is waiting for answers as much as it is work.

A new city is some two hundred statements, a fleet run hundreds of cities. In a `DO` block each is
still executed alone, so PostgreSQL, and an extension that spreads tables, sees one at a time; and
no function is left behind.
"""

from collections.abc import Iterable


def in_one_message(texts: Iterable[str]) -> str:
    """Return a message that runs statements without parameters one after another.

    One array and a loop, because PostgreSQL would keep a plan for each EXECUTE of a constant, and
    look through all of them at every change of a table. The first that fails is the error, with
    its own SQLSTATE, and ends the block.
    """
    array = ", ".join(map(_literal, texts))
    loop = f"FOREACH statement IN ARRAY ARRAY[{array}]::text[] LOOP EXECUTE statement; END LOOP"
    return f"DO {_literal(f'DECLARE statement text; BEGIN {loop}; END')}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
