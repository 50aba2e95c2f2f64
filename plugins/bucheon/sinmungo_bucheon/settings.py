"""What a new round begins with; each round keeps the figures it was opened with."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Defaults of the project (seed 000: 100 companies of 50 employees or more)."""

    project100_capacity: int = 100
    project100_min_employees: int = 50
