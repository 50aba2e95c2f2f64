"""`sinmungo …` as a process of its own, forked from one that has imported everything already.

Importing, and trying the plugins, takes longer than most commands; a hundred of them in the tests
would take minutes.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

_PRELOADED = "sinmungo.testing.preloaded"
_SECONDS = 60.0


async def command(*words: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command with this environment and no input; return its exit code and all it wrote."""
    return await _forked(_main, words, environment)


async def snippet(code: str, *words: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run Python code, `words` in its `sys.argv`, in a process of its own; as `command`."""
    return await _forked(_exec, (code, *words), environment)


async def _forked(
    act: Callable[[tuple[str, ...]], None], words: tuple[str, ...], environment: Mapping[str, str]
) -> tuple[int, str]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOADED])
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        process = context.Process(target=_run, args=(act, words, dict(environment), str(told)))
        process.start()
        await asyncio.to_thread(process.join, _SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"{act.__name__} {' '.join(words)} did not end")
        code = process.exitcode or 0
        process.close()
        return code, told.read_text("utf-8")


def _run(
    act: Callable[[tuple[str, ...]], None],
    words: tuple[str, ...],
    environment: dict[str, str],
    told: str,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(told, os.O_WRONLY | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, target)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - the descriptors above, for the life of the process
    from sinmungo.testing import preloaded

    preloaded.use()
    act(words)


def _main(words: tuple[str, ...]) -> None:
    sys.argv = ["sinmungo", *words]
    from sinmungo.cli import main

    main()


def _exec(words: tuple[str, ...]) -> None:
    code, *sys.argv[1:] = words
    exec(code, {"__name__": "__main__"})  # noqa: S102 - the test's own text
