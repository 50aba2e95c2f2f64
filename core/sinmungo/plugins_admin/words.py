"""What a fault is called on the screen: the admin is no programmer, and the operator needs both."""

import asyncpg

_PLACES = {"on_event": "저장할 때 함께 하는 일", "company_hints": "업체 이름 옆 귀띔"}
_KINDS = {
    "job": "뒤에서 하는 일",
    "check": "개통 점검",
    "menu": "메뉴",
    "retention": "보존과 파기",
    "GET": "화면 열기",
    "HEAD": "화면 열기",
}
_ERRORS = {
    "TimeoutError": "너무 오래 걸려 멈춤",
    "BlockedError": "다른 사람까지 기다리게 해 끊음",
    "SystemExit": "프로그램을 끝내려 함",
    "KeyboardInterrupt": "프로그램을 끝내려 함",
    "CancelledError": "하던 일을 그만둠",
}


def place(hook: str) -> str:
    """Return where it failed, in words: `hook` is a hook's name, or "job …", "GET /office/…"."""
    kind, _, rest = hook.partition(" ")
    if "/reporting/" in rest:
        return "보고 표"
    if rest.startswith("/api/"):
        return "API"
    return _PLACES.get(kind) or _KINDS.get(kind) or "화면에서 저장하기"


def error(name: str) -> str:
    """Return what kind of error it was, in words, from the name of its class."""
    of_database = getattr(asyncpg, name, None) is not None
    return _ERRORS.get(name) or ("데이터베이스 오류" if of_database else "프로그램 오류")
