"""One error for "we could not read what you typed", so that every form shows it the same way."""

from typing import ClassVar


class InputProblem(ValueError):  # noqa: N818 - named as the person who typed it would name it
    """Something typed by a person that cannot be accepted.

    `message` is Korean, in the user's words, ready for the screen. It repeats the input only
    where that cannot be personal data. `code` is stable and goes into API problems.
    """

    code: ClassVar[str] = "input"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
