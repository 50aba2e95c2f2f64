"""A plugin's code that never yields is cut off, so that its process goes on for everyone else.

asyncio ends a coroutine only where it waits: one that sleeps or computes without waiting holds up
its whole process, and no timeout of asyncio can touch it. So each step of a plugin's coroutine runs
under an alarm of the operating system, which raises inside that step. What cannot be cut off
(another thread's loop, C code that does not come back) is at least measured.
"""

import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from types import FrameType, coroutine
from typing import Any

BLOCK_SECONDS = 3.0
_AGAIN = 0.05
# Never cut off: what these leave half done is not the plugin's own.
_OURS = frozenset({"asyncio", "asyncpg", "litestar", "sinmungo", "sinmungo_tenants"})
# Work for whoever called them.
_TOOLS = sys.stdlib_module_names - _OURS | {"", "jinja2", "msgspec", "sqlalchemy", "structlog"}


class BlockedError(BaseException):
    """A plugin held up its process. No `except Exception` of its own lets it go on."""


class _Bell:
    """Hears the process's alarms: those of steps under way, and passes on all others."""

    def __init__(self) -> None:
        self.steps: list[_Alarm] = []
        self._others: Any = signal.SIG_IGN

    def listen(self) -> bool:
        """Hear alarms from now on; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            return False
        if signal.getsignal(signal.SIGALRM) != self.ring:
            self._others = signal.signal(signal.SIGALRM, self.ring)
        return True

    def ring(self, number: int, frame: FrameType | None) -> None:
        """End the step, unless our own code or the driver's is at work; it will ring again."""
        if self.steps:
            if _is_plugins(frame):
                self.steps[-1].late = True
                raise BlockedError
        elif callable(self._others):
            self._others(number, frame)


_bell = _Bell()


class _Alarm:
    """Rings when a step has lasted too long. While an inner one runs, an outer one stands still."""

    __slots__ = ("_began", "_outer", "_rings", "_seconds", "late")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._rings = _bell.listen()
        self.late = False

    def __enter__(self) -> None:
        self._began = time.perf_counter()
        if self._rings:
            _bell.steps.append(self)
            self._outer = signal.setitimer(signal.ITIMER_REAL, self._seconds, _AGAIN)

    def __exit__(self, *error: object) -> None:
        if self._rings:
            signal.setitimer(signal.ITIMER_REAL, *self._outer)
            _bell.steps.pop()
        elif time.perf_counter() - self._began > self._seconds:
            self.late = True


def _is_plugins(frame: FrameType | None) -> bool:
    """Whether what runs is a plugin's: the first that is nobody's tool is not one of ours."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if name not in _TOOLS:
            return name not in _OURS
        frame = frame.f_back
    return False


async def unblocked[T](work: Awaitable[T], seconds: float) -> T:
    """Await something of a plugin; BlockedError when a step of it lasts longer than `seconds`.

    How long it waits in all is the caller's matter.
    """
    alarm = _Alarm(seconds)
    found: T = await _steps(work.__await__(), alarm)
    if alarm.late:
        raise BlockedError
    return found


@coroutine
def _steps[T](work: Generator[Any, Any, T], alarm: _Alarm) -> Generator[Any, Any, T]:
    step: Callable[[], Any] = partial(work.send, None)
    while True:
        try:
            with alarm:
                waits_for = step()
        except StopIteration as ended:
            found: T = ended.value
            return found
        try:
            step = partial(work.send, (yield waits_for))
        except GeneratorExit:
            work.close()
            raise
        except BaseException as error:  # noqa: BLE001 - the coroutine inside decides about it
            step = partial(work.throw, error)
