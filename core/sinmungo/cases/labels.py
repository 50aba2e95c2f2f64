"""Codes that are the same in every city, with their Korean words (domain.md 1.2)."""

STATUS = {
    "REGISTERED": "접수",
    "ASSIGNED": "배정",
    "IN_REVIEW": "검토",
    "ANSWER_DRAFT": "답변 작성",
    "APPROVAL": "결재",
    "ANSWERED": "답변",
    "CLOSED": "종결",
}
OPEN = ("REGISTERED", "ASSIGNED", "IN_REVIEW", "ANSWER_DRAFT", "APPROVAL")
"""Statuses in which the clock runs."""

PRIORITY = {"NORMAL": "보통", "HIGH": "긴급"}

DISPOSITION = {
    "ACCEPTED_ON_SITE": "현장수용",
    "ACCEPTED": "수용",
    "PARTIALLY_ACCEPTED": "일부수용",
    "NOT_ACCEPTED": "불수용",
    "LONG_TERM_REVIEW": "장기검토",
    "SYSTEM_CHANGE_PROPOSED": "제도개선건의",
    "INFO_PROVIDED": "안내",
    "ALREADY_DONE": "기조치",
    "TRANSFERRED": "이송",
    "WITHDRAWN": "취하",
}
ON_SITE_CHANNELS = ("FIELD_VISIT", "JOINT_DELEGATION")
"""Channels on which ACCEPTED_ON_SITE can be true at all."""

FIELD_CHANNELS = (*ON_SITE_CHANNELS, "ROUNDTABLE", "EXPO", "MAYOR_DIRECT")
"""Channels whose difficulties are heard outside and written down later."""

REFUSALS = ("NOT_ACCEPTED", "PARTIALLY_ACCEPTED")
"""Answers that must name the remedy (민원처리법 art. 27, 35)."""

IMPLEMENTATION = {
    "NOT_NEEDED": "해당 없음",
    "PLANNED": "추진 예정",
    "IN_PROGRESS": "추진 중",
    "DONE": "완료",
    "STALLED": "지연",
}

WAIT = {
    "COOP_WAIT": "협조 중",
    "SUPPLEMENT_WAIT": "보완 중",
    "SITE_CHECK": "현장 확인 중",
    "EXTERNAL_WAIT": "상급·중앙 건의 중",
}
"""What a case waits for beside its main flow."""

PROPOSAL_STATE = {"OPEN": "회신 대기", "REPLIED": "회신", "CLOSED": "종결"}
OUTCOME = {
    "ACCEPTED": "수용",
    "PARTIALLY_ACCEPTED": "일부수용",
    "NOT_ACCEPTED": "불수용",
    "LONG_TERM_REVIEW": "장기검토",
}
"""What an agency makes of a proposal."""
PROPOSED_ANSWER = (
    "말씀하신 내용은 관계 법령이나 제도를 고쳐야 하는 일이라 소관 기관에 건의하였습니다. "
    "회신이 오면 바로 알려 드리겠습니다."
)
"""What a company reads when its difficulty was proposed upstream, unless written otherwise."""
CAN_PROPOSE = (*OPEN, "ANSWERED")
CAN_ANSWER_WITH_PROPOSAL = ("ASSIGNED", "IN_REVIEW")

CLOSE_REASONS = {
    "ANSWERED": "답변 완료",
    "CONFIRMED": "기업 확인",
    "NO_REPLY": "기업 회신 없음",
    "INFORMED": "안내로 종결",
}

DUE_REASONS = {
    "HOLIDAY_ADDED": "휴일 지정",
    "HOLIDAY_REMOVED": "휴일 해제",
    "CALENDAR": "휴일 변경",
    "HOURS": "업무 시간 변경",
}

PETITION_TYPE = {
    "STATUTORY": "법정민원",
    "INQUIRY_LAW": "법령질의",
    "INQUIRY_OTHER": "일반질의",
    "SUGGESTION": "건의민원",
    "ETC": "기타민원",
    "HARDSHIP": "고충민원",
    "NOT_PETITION": "기업상담",
}

CATEGORY = {
    "FUNDS": "자금",
    "MARKET": "판로·마케팅",
    "PROCUREMENT": "조달",
    "EXPORT": "수출",
    "TECH_CERT": "기술·인증",
    "RND": "연구개발",
    "IP": "특허",
    "MANPOWER": "인력·교육",
    "FOREIGN_WORKER": "외국인 고용",
    "LABOR": "노무",
    "TAX": "세무·회계",
    "LEGAL": "법무",
    "REGULATION": "규제·제도",
    "FACTORY_PERMIT": "공장설립·인허가",
    "SITE": "입지·부지",
    "INFRA": "기반시설",
    "TRANSPORT": "교통",
    "ENVIRONMENT": "환경",
    "SAFETY": "안전·소방",
    "WORKPLACE": "근로·작업환경",
    "DIGITAL": "디지털전환",
    "STARTUP": "창업",
    "MANAGEMENT": "경영",
    "SUPPORT_PROGRAM": "사업지원",
    "ETC": "기타",
}

CHANNEL = {
    "HOTLINE": "전용전화",
    "CALL_CENTER": "콜센터",
    "WALK_IN": "방문",
    "WEB_PORTAL": "누리집",
    "MOBILE": "모바일",
    "FAX": "팩스",
    "MAIL": "우편",
    "EMAIL": "전자우편",
    "TALK": "상담톡",
    "FIELD_VISIT": "현장방문",
    "ROUNDTABLE": "간담회",
    "JOINT_DELEGATION": "합동방문단",
    "EXPO": "박람회",
    "MAYOR_DIRECT": "시장 직접",
    "TRANSFER_IN": "이송접수",
    "PARTNER_AGENCY": "유관기관",
    "COUNCIL_MEMBER": "시의원",
    "SURVEY": "실태조사",
    "OFFICER_FOUND": "직권발굴",
}

SUBMISSION_STATE = {"SUBMITTED": "접수 대기", "REGISTERED": "접수", "WITHDRAWN": "취하"}

STAGES = ("REGISTERED", "ASSIGNED", "IN_REVIEW", "ANSWERED", "CLOSED")
"""What the bar of stages shows: an answer on its way up is still being examined."""

WAITING_AT_INTAKE = "접수담당"
WAITING_FOR_CLOSE = "처리담당(종결)"
WAITING_FOR_APPROVAL = "결재권자"
