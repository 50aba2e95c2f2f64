"""What a city decides about its programme; each round keeps the figures it was opened with."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Defaults of the project (seed 000: 100 companies of 50 employees or more).

    `project100_contact_months` is the cycle of regular contact (B4, DESIGN: quarterly), one of
    `cadence.CYCLES`.
    """

    project100_capacity: int = 100
    project100_min_employees: int = 50
    project100_contact_months: int = 3
