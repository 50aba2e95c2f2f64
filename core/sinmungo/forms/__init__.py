"""Extra questions per category and extra fields per kind of record, without code."""

from pathlib import Path

from sinmungo.forms.api import FormsApi
from sinmungo.forms.events import EVENTS
from sinmungo.forms.models import form_fields, form_values
from sinmungo.forms.pages import FormListPages, FormPages
from sinmungo.forms.permissions import MANAGE, PERMISSIONS
from sinmungo.host.types import MenuItem, MergeTable, Slice

SLICE = Slice(
    slug="forms",
    title="추가 질문·항목",
    permissions=PERMISSIONS,
    menu=(MenuItem("추가 질문·항목", "/admin/forms", MANAGE, "관리", 55, face="admin"),),
    events=EVENTS,
    admin=(FormListPages, FormPages),
    api=(FormsApi,),
    templates=Path(__file__).parent / "templates",
    merges=(MergeTable(form_values, "추가 항목", column="record_id", one_per=("field_id",)),),
    copied=(form_fields,),
)
