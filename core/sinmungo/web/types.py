"""Short names for what every handler's signature says."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from sinmungo.host.context import Ctx

Req = Request[Any, Any, Any]
CtxDep = NamedDependency[SkipValidation[Ctx]]
