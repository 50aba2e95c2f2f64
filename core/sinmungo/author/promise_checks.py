"""What a plugin promises by the shape of its functions, settings and rules, read without a city."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from sinmungo.author.findings import Finding, Place, Sources
from sinmungo.host import hookspecs
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.setting_fields import FieldSpec, fields_of

_HANGUL = re.compile("[가-힣]")
_NUMBERS = {"whole", "decimal"}
_ABOUT = 'describe it: Annotated[int, about("정원", unit="개사", ge=1, le=500)]'


def hook_findings(plugin: LoadedPlugin, sources: Sources) -> Iterator[Finding]:
    """Yield each hook, job, check and seed that core would await in vain."""
    for name, spec in vars(hookspecs).items():
        if not hasattr(spec, "sinmungo_spec"):
            continue
        awaited = inspect.iscoroutinefunction(spec)
        for impl in getattr(plugin.hooks.hook, name).get_hookimpls():
            if inspect.iscoroutinefunction(impl.function) != awaited:
                word = "async def" if awaited else "plain def"
                what = f"the hook {name} is no {word}"
                yield Finding("hook", sources.of(impl.function), what, f"make it {word}")
    for item in plugin.slices:
        runs: list[tuple[str, Any]] = [("seed", item.seed), ("demo", item.demo)]
        runs += [(job.kind, job.run) for job in item.jobs]
        runs += [(check.code, check.run) for check in item.checks]
        for name, run in runs:
            if run is not None and not inspect.iscoroutinefunction(run):
                what = f"{name} is no async def"
                yield Finding("hook", sources.of(run), what, "make it async def")
        for rule in item.retention:
            if rule.years < rule.least:
                what = f"{rule.code} destroys after {rule.years} years, {rule.least} are the least"
                yield Finding("retention", sources.saying(rule.code), what, "mend years or least")


def setting_findings(plugin: LoadedPlugin, sources: Sources) -> Iterator[Finding]:
    """Yield each setting without a Korean title, and each number without an end."""
    kinds = [g.kind for s in plugin.slices for g in s.settings]
    own = plugin.manifest.settings
    for kind in [*([own] if own else []), *kinds]:
        for spec in fields_of(kind):
            for part in (spec, *spec.columns):
                place = sources.defining(f"{kind.__name__}.{part.name}") or sources.of(kind)
                yield from _setting(part, place)


def _setting(spec: FieldSpec, place: Place) -> Iterator[Finding]:
    if not _HANGUL.search(spec.title):
        yield Finding("korean", place, f"the setting {spec.name!r} has no Korean title", _ABOUT)
    if spec.kind in _NUMBERS and (spec.low is None or spec.high is None):
        missing = "ge" if spec.low is None else "le"
        what = f"the setting {spec.name!r} takes any number: it has no {missing}"
        yield Finding("setting", place, what, _ABOUT, "warning")
    untold = [str(value) for value, title in spec.options if not _HANGUL.search(title)]
    if untold:
        what = f"the setting {spec.name!r} shows {', '.join(untold)} without Korean words"
        remedy = 'give the labels: about("…", choices={"FIRST": "선착순"})'
        yield Finding("korean", place, what, remedy)
