"""Expert advice: who can be asked, asking from a case or visit, the session, its report and fee.

Optional: it serves cities that keep a pool of experts. Rates, caps and conflict years are dated
rows; a city's own rules and words are its plugin's.
"""

from pathlib import Path

from sinmungo.experts.api import ExpertsApi
from sinmungo.experts.api_advice import AdviceApi, DeskApi, RatingsApi
from sinmungo.experts.events import EVENTS
from sinmungo.experts.jobs import JOBS
from sinmungo.experts.message_texts import TEXTS_GROUP
from sinmungo.experts.models import advice_fields, advice_requests, advice_rules, expert_ties
from sinmungo.experts.opening_checks import CHECKS
from sinmungo.experts.pages_admin import RulePages
from sinmungo.experts.pages_advice import AdviceListPages, AdvicePages, PanelPages
from sinmungo.experts.pages_desk import DeskPages
from sinmungo.experts.pages_payments import PaymentPages, PaymentsApi
from sinmungo.experts.pages_pool import ExpertListPages, ExpertPages
from sinmungo.experts.pages_rate import RatePages
from sinmungo.experts.permissions import OWN, PERMISSIONS, READ, RULES
from sinmungo.experts.pool import POOL_GROUP, seed
from sinmungo.experts.reports import REPORTS
from sinmungo.experts.retention import RETENTION
from sinmungo.host.types import MenuItem, MergeTable, Panel, Slice

SLICE = Slice(
    slug="experts",
    title="전문가 심층자문",
    permissions=PERMISSIONS,
    menu=(
        MenuItem("내 자문", "/office/experts/desk", OWN, "자문", 15),
        MenuItem("심층자문", "/office/experts/advice", READ, "전문가", 300),
        MenuItem("전문가 명부", "/office/experts", READ, "전문가", 305),
        MenuItem("자문료 기준", "/admin/experts", RULES, "관리", 60, face="admin"),
    ),
    panels=(
        Panel("CASE", "advice", "심층자문", "/office/experts/of-case/{id}", READ, 50),
        Panel("VISIT", "advice", "심층자문", "/office/experts/of-visit/{id}", READ, 50),
        Panel("COMPANY", "advice", "심층자문", "/office/experts/of-company/{id}", READ, 50),
    ),
    events=EVENTS,
    jobs=JOBS,
    reports=REPORTS,
    portal=(RatePages,),
    office=(
        ExpertListPages,
        ExpertPages,
        PaymentPages,
        AdviceListPages,
        AdvicePages,
        PanelPages,
        DeskPages,
    ),
    admin=(RulePages,),
    api=(ExpertsApi, AdviceApi, DeskApi, RatingsApi, PaymentsApi),
    templates=Path(__file__).parent / "templates",
    seed=seed,
    optional=True,
    merges=(
        MergeTable(advice_requests, "심층자문", panel="advice"),
        MergeTable(expert_ties, "전문가 이해관계"),
    ),
    copied=(advice_fields, advice_rules),
    copied_settings=("experts.pool_name", "experts.texts"),
    settings=(POOL_GROUP, TEXTS_GROUP),
    checks=CHECKS,
    retention=RETENTION,
)
