"""One base error with a stable code; `web/problems.py` maps codes to HTTP in one place."""

from collections.abc import Mapping


class SinmungoError(Exception):
    """Base of what users can cause. `message` is Korean and fit for a screen."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class InvalidError(SinmungoError):
    """Input that cannot be taken as typed: a Korean message per field; nothing was written."""

    code = "invalid"
    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("입력한 내용을 확인해 주세요.")
        self.errors = dict(errors)

    def __str__(self) -> str:
        return "; ".join(f"{field}: {message}" for field, message in self.errors.items())


class RefusedError(SinmungoError):
    """An act the rules do not allow now (wrong status, full programme, late edit)."""

    code = "refused"
    status = 409


class StaleError(SinmungoError):
    """The record changed since it was read (`row_version` differs)."""

    code = "stale"
    status = 412

    def __init__(self) -> None:
        super().__init__("다른 사람이 먼저 고쳤습니다. 화면을 새로 열어 다시 확인해 주세요.")


class MissingError(SinmungoError):
    """The record is not there, is another city's, or is outside one's scope: all the same 404."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "찾으시는 자료가 없습니다.") -> None:
        super().__init__(message)


class TooManyError(SinmungoError):
    """Something was tried too often from one place."""

    code = "too_many"
    status = 429


class BusyError(SinmungoError):
    """As much long work of one city is under way as may be; `retry_after` is in seconds."""

    code = "busy"
    status = 503
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("지금 같은 일이 많아 기다려야 합니다. 잠시 뒤에 다시 해 주세요.")


class VersionNeededError(SinmungoError):
    """A change came without saying which state of the record it was made on (If-Match)."""

    code = "version_needed"
    status = 428

    def __init__(self) -> None:
        super().__init__("고치려는 자료의 판을 If-Match 머리글로 알려 주세요.")


class SignInNeededError(SinmungoError):
    """Nobody is signed in: 401 for the API, the sign-in page for a browser."""

    code = "sign_in"
    status = 401

    def __init__(self) -> None:
        super().__init__("로그인이 필요합니다.")


class ForbiddenError(SinmungoError):
    """The permission of the handler is missing."""

    code = "forbidden"
    status = 403

    def __init__(self, message: str = "이 일을 할 권한이 없습니다.") -> None:
        super().__init__(message)


class PasswordChangeNeededError(SinmungoError):
    """The password is a temporary one: nothing else works before it is changed."""

    code = "password_change_needed"
    status = 403

    def __init__(self) -> None:
        super().__init__("임시 비밀번호를 먼저 바꿔 주세요.")


class NotOpenError(SinmungoError):
    """The city is still being furnished: companies come in when its admin opens it."""

    code = "not_open"
    status = 503

    def __init__(self) -> None:
        super().__init__("준비 중입니다. 아직 문을 열지 않았습니다. 곧 이 주소에서 시작합니다.")


class PluginFailedError(SinmungoError):
    """A strict hook of a plugin raised; the act was undone as a whole."""

    code = "plugin_failed"
    status = 500

    def __init__(self, plugin: str) -> None:
        super().__init__("시 전용 기능에 문제가 있어 저장하지 못했습니다. 관리자에게 알려 주세요.")
        self.plugin = plugin
