"""The survey of satisfaction: asked after an answer, anonymous to the officer. On per city."""

from pathlib import Path

from sinmungo.host.types import Job, MenuItem, Slice
from sinmungo.surveys.api import SurveyApi
from sinmungo.surveys.asking import ASK, ask
from sinmungo.surveys.demo import demo
from sinmungo.surveys.events import EVENTS
from sinmungo.surveys.pages import OpinionPages, SurveyPages
from sinmungo.surveys.permissions import PERMISSIONS, READ
from sinmungo.surveys.questions import GROUP, PREFIX
from sinmungo.surveys.reactions import REACTIONS
from sinmungo.surveys.reports import REPORTS
from sinmungo.surveys.retention import RETENTION

SLICE = Slice(
    slug="surveys",
    title="만족도 조사",
    optional=True,
    permissions=PERMISSIONS,
    menu=(MenuItem("만족도 의견", "/office/surveys", READ, "보고", 65),),
    events=EVENTS,
    reactions=REACTIONS,
    jobs=(Job(ASK, ask),),
    reports=REPORTS,
    portal=(SurveyPages,),
    office=(OpinionPages,),
    api=(SurveyApi,),
    templates=Path(__file__).parent / "templates",
    demo=demo,
    copied_settings=(PREFIX,),
    settings=(GROUP,),
    retention=RETENTION,
)
