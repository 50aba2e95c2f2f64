"""What happened in those days, as rows: made-up names and texts, the figures of seed 001."""

from datetime import date
from itertools import product
from typing import NamedTuple

TRADES = ("누리섬유협동조합", "한빛안경협동조합", "다온기계협동조합")
"""Made-up cooperatives of the three trades that the delegation met (섬유, 안경, 기계)."""

MINISTRIES = ("중소벤처기업부", "고용노동부", "환경부", "국토교통부", "산업통상자원부")

_WORDS = ("섬유", "광학", "기계")
_FIRST = (
    *("가온", "나래", "다솜", "라온", "마루", "바른", "새솔", "아람", "자람", "차오름"),
    *("한결", "푸른", "도담", "미르", "누리", "해든", "온새", "예담", "큰솔", "참빛"),
)
_SECOND = ("산업", "정밀", "테크", "소재", "금속")


MINISTRY_OF = {
    "MANPOWER": "고용노동부",
    "FOREIGN_WORKER": "고용노동부",
    "WORKPLACE": "고용노동부",
    "SAFETY": "고용노동부",
    "LABOR": "고용노동부",
    "ENVIRONMENT": "환경부",
    "INFRA": "국토교통부",
    "TRANSPORT": "국토교통부",
    "SITE": "국토교통부",
    "EXPORT": "산업통상자원부",
    "RND": "산업통상자원부",
    "IP": "산업통상자원부",
}
"""Which ministry a category is proposed to; any other: the first of `MINISTRIES`."""


class Round(NamedTuple):
    """One round: its day, the trade (a place in `TRADES`), and how its difficulties ended."""

    day: date
    trade: int
    on_site: int
    handled: int
    notified: int
    proposed: int


ROUNDS = (
    Round(date(2021, 3, 9), 0, 2, 0, 1, 1),
    Round(date(2021, 3, 16), 1, 1, 1, 1, 0),
    Round(date(2021, 3, 19), 2, 2, 0, 1, 0),
    Round(date(2021, 3, 25), 0, 1, 0, 1, 1),
    Round(date(2021, 4, 1), 1, 2, 1, 0, 0),
    Round(date(2021, 4, 8), 2, 1, 0, 1, 1),
    Round(date(2021, 4, 14), 0, 2, 1, 1, 0),
    Round(date(2021, 4, 22), 1, 1, 0, 1, 1),
    Round(date(2021, 4, 29), 2, 2, 0, 0, 0),
    Round(date(2021, 5, 6), 0, 1, 1, 1, 0),
    Round(date(2021, 5, 13), 1, 2, 0, 1, 1),
    Round(date(2021, 5, 20), 2, 1, 0, 1, 0),
    Round(date(2021, 5, 27), 0, 2, 0, 1, 0),
    Round(date(2021, 6, 3), 1, 1, 1, 0, 1),
    Round(date(2021, 6, 10), 2, 2, 0, 1, 0),
    Round(date(2021, 6, 17), 0, 1, 0, 1, 1),
    Round(date(2021, 6, 24), 1, 2, 1, 1, 0),
)


class Text(NamedTuple):
    """A difficulty as it was told, and what was answered where it was settled at once."""

    category: str
    content: str
    answer: str


ITEMS = (
    Text("FUNDS", "원자재 값이 올라 운전자금이 모자랍니다.", "경영안정자금을 바로 안내했습니다."),
    Text("MANPOWER", "염색 숙련공을 구하지 못합니다.", "일자리센터 구인 등록을 도왔습니다."),
    Text("INFRA", "산단 진입로에 물이 고입니다.", "배수로를 그 주에 청소하기로 했습니다."),
    Text("REGULATION", "같은 시험성적서를 기관마다 따로 요구합니다.", "한 장으로 받기로 했습니다."),
    Text(
        "EXPORT", "해외 인증을 받는 데 비용이 많이 듭니다.", "인증비 지원을 신청하도록 도왔습니다."
    ),
    Text("PROCUREMENT", "조달 등록 절차를 모르겠습니다.", "그 자리에서 등록을 함께 했습니다."),
    Text("FOREIGN_WORKER", "외국인 근로자 입국이 늦어집니다.", "대체 인력 연결을 안내했습니다."),
    Text("ENVIRONMENT", "폐수 처리 기준이 업종에 맞지 않습니다.", "측정 방법을 다시 안내했습니다."),
    Text("TRANSPORT", "출근 시간에 산단 버스가 없습니다.", "통근버스 정류장을 늘리기로 했습니다."),
    Text("DIGITAL", "생산 이력을 손으로 적고 있습니다.", "스마트공장 기초 상담을 잡았습니다."),
    Text("MARKET", "온라인 판로를 처음 엽니다.", "입점 교육 자리를 마련했습니다."),
    Text("TAX", "공장 이전 때 세금을 알고 싶습니다.", "세무 상담을 그 자리에서 했습니다."),
    Text("SITE", "옆 부지를 넓혀 쓰고 싶습니다.", "분할 절차를 안내했습니다."),
    Text("WORKPLACE", "작업장이 너무 덥습니다.", "환경개선사업 신청을 도왔습니다."),
    Text("SAFETY", "소방 점검 지적을 고치고 싶습니다.", "점검 기관과 날짜를 잡았습니다."),
    Text("RND", "시제품 시험 장비가 없습니다.", "공동 장비 사용을 예약했습니다."),
    Text("IP", "상표를 먼저 등록한 곳이 있습니다.", "변리사 상담을 연결했습니다."),
    Text("LABOR", "교대제 개편을 두고 다툼이 있습니다.", "노무 상담을 연결했습니다."),
)


def company_names(count: int) -> list[str]:
    """Return made-up names, each once; the first are of the trades of `ROUNDS`, in their order."""
    firsts = [f"㈜{first}{_WORDS[r.trade]}" for first, r in zip(_FIRST, ROUNDS, strict=False)]
    others = (f"㈜{first}{second}" for first, second in product(_FIRST, _SECOND))
    return [*firsts, *others][:count]
