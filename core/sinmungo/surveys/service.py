"""The one door to the survey for pages, API, jobs and plugins.

    survey_of(ctx) -> Survey                    what the city asks, and in which words
    ask(ctx, case_id)                           the job: mails a link after an answer
    by_code(ctx, code) -> Asked / answer(ctx, code, scores, comment) -> Survey
    opinions(ctx, year) -> Opinions             never with a case, a unit or a score

Errors: InvalidError with the form's field names, MissingError for a link that works no more.
"""

from sinmungo.surveys.answering import answer, by_code
from sinmungo.surveys.asking import ask, make_request
from sinmungo.surveys.opinions import Opinions, opinions
from sinmungo.surveys.questions import Item, Survey, asked_items, survey_of

__all__ = [
    "Item",
    "Opinions",
    "Survey",
    "answer",
    "ask",
    "asked_items",
    "by_code",
    "make_request",
    "opinions",
    "survey_of",
]
