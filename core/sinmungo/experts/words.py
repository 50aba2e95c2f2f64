"""Korean labels of the slice's codes, in the order in which lists show them."""

POOL_NAME = "experts.pool_name"
POOL_DEFAULT = "자문 전문가"

TERM = {"SERVING": "임기 중", "COMING": "위촉 예정", "OVER": "임기 끝", "LEFT": "해촉"}
TIE = {
    "RELATIVE": "친족",
    "SAME_FIRM": "같은 회사 소속",
    "STAKE": "지분·투자",
    "ADVISER_TO_RIVAL": "경쟁사 자문",
}
STATE = {
    "REQUESTED": "요청",
    "MATCHED": "배정",
    "PLEDGED": "서약",
    "HELD": "자문 마침",
    "REPORTED": "보고",
    "PAID": "지급",
    "CANCELLED": "취소",
}
STEPS = ("요청", "배정", "서약", "자문", "보고", "지급")
STEP_OF = {"REQUESTED": 0, "MATCHED": 1, "PLEDGED": 2, "HELD": 3, "REPORTED": 4, "PAID": 6}
TONES = {
    "REQUESTED": "warning",
    "MATCHED": "info",
    "PLEDGED": "info",
    "HELD": "primary",
    "REPORTED": "primary",
    "PAID": "success",
    "CANCELLED": "",
}
MODE = {"VISIT": "기업 방문", "OFFICE": "내방", "PHONE": "전화", "VIDEO": "화상"}
DECLINE = {**TIE, "BUSY": "일정이 맞지 않음", "OTHER": "그 밖의 사정"}
PLEDGED_HOW = {"SIGNED": "전문가가 화면에서 서약", "PAPER": "서면 서약서 접수"}
SCORE = {5: "매우 만족", 4: "만족", 3: "보통", 2: "불만족", 1: "매우 불만족"}
INCOME = {"BUSINESS": "사업소득", "OTHER": "기타소득", "INVOICE": "세금계산서"}
REVIEW = {"KEEP": "계속 활동", "LEAVE": "해촉"}
FIELDS = {
    "LEGAL": "법무",
    "LABOR": "노무",
    "TAX": "세무·회계",
    "RND": "R&D",
    "IP": "특허",
    "EXPORT": "수출",
    "MARKET": "판로·마케팅",
    "FUNDS": "자금",
    "TECH_CERT": "기술·인증",
    "MANAGEMENT": "경영",
    "DIGITAL": "디지털전환",
    "SAFETY": "안전·환경",
}
PLEDGE_VERSION = "2026-11"
PLEDGE = (
    "이 기업과 친족·소속·지분·경쟁사 자문 등 이해관계가 없습니다.",
    "자문하며 알게 된 기업의 사정과 자료를 밖에 알리거나 다른 목적에 쓰지 않습니다.",
)
# What counts for and against a candidate (rules.Reason), in words; {} are the reason's details.
REASON = {
    "FIELD": "요청 분야({})가 맞습니다",
    "NO_FIELD": "요청 분야({})를 맡지 않습니다",
    "REGION": "활동 지역({})이 기업 주소와 맞습니다",
    "OTHER_REGION": "활동 지역이 다릅니다 ({})",
    "FREE": "이달 {}건까지 더 맡을 수 있습니다 (지금 {}건)",
    "FULL": "이달 맡은 자문이 {}건으로 가득 찼습니다",
    "RATED": "평균 평가 {}점 ({}건)",
    "LOW_RATED": "평균 평가가 낮습니다: {}점 ({}건)",
    "UNDER_REVIEW": "낮은 평가가 거듭되어 재검토 중입니다",
    "CAP": "올해 자문료 한도를 다 썼습니다",
    "TERM": "자문일에 임기 중이 아닙니다 ({})",
    "TIE": "이해관계: {} ({})",
    "DECLINED": "이 자문을 사양했습니다 ({})",
}
