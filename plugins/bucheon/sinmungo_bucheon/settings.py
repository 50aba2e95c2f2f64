"""What a city decides about its programme; each round keeps the figures it was opened with."""

from typing import Annotated, Literal

import msgspec

from sinmungo.sdk import about


class Settings(msgspec.Struct, frozen=True):
    """Defaults of the project (seed 000: 100 companies of 50 employees or more).

    `project100_contact_months` is the cycle of regular contact (B4, DESIGN: quarterly), one of
    `cadence.CYCLES`.
    """

    project100_capacity: Annotated[
        int,
        about("유망기업 100: 회차 정원", "새로 여는 회차부터 씁니다.", unit="개사", ge=1, le=1000),
    ] = 100
    project100_min_employees: Annotated[
        int,
        about(
            "유망기업 100: 최소 종업원 수", "선정일의 종업원 수입니다.", unit="명", ge=0, le=10_000
        ),
    ] = 50
    project100_contact_months: Annotated[
        Literal[1, 2, 3, 4, 6, 12],
        about(
            "유망기업 100: 정기 연락 주기",
            "바꾸면 다음 연락 예정일이 바로 따라 바뀝니다.",
            choices={1: "한 달", 2: "두 달", 3: "분기", 4: "넉 달", 6: "반기", 12: "한 해"},
        ),
    ] = 3
