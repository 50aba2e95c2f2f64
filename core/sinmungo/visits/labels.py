"""Codes of visits with their Korean words (domain.md 1.2, 3); the same in every city."""

KIND = {
    "TASKFORCE": "현장기동반",
    "COMM_DAY": "기업소통 DAY",
    "JOINT_DELEGATION": "합동방문단",
    "MAYOR": "시장 현장방문",
    "DEDICATED": "전담(1:1) 방문",
    "OUTREACH": "찾아가는 애로해결",
    "FIELD_CLINIC": "현장클리닉",
    "CONSULT_ON_SITE": "현장자문",
    "COURTESY": "예방(창립기념일 등)",
    "COMPLETION_INSPECTION": "준공·완료 확인",
    "POST_CHECK": "사후점검",
}
DEFAULT_KIND = "TASKFORCE"
CHANNEL_OF = {"JOINT_DELEGATION": "JOINT_DELEGATION"}
"""The channel of the cases found at a visit of this kind; any other kind is FIELD_VISIT."""
FIELD = "FIELD_VISIT"

STATE = {"PLANNED": "예정", "DONE": "방문", "CANCELLED": "취소"}

OUTCOME = {
    "ON_SITE": "현장해결",
    "HANDLED": "즉시처리",
    "NOTIFIED": "부서통보",
    "PROPOSED": "상급건의",
    "UNCLASSED": "미분류",
}
"""How a difficulty is counted in the ledger. HANDLED and NOTIFIED together are 검토."""
REVIEW = ("HANDLED", "NOTIFIED")
TONE = {
    "ON_SITE": "success",
    "HANDLED": "info",
    "NOTIFIED": "primary",
    "PROPOSED": "warning",
    "UNCLASSED": "",
}
PREMISES = {"OWNED": "자가", "RENTED": "임대"}
