"""Between a posted form and what the service takes."""

from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.companies.contacts import list_contacts
from sinmungo.forms.asking import as_typed
from sinmungo.host.context import Ctx
from sinmungo.text import dates, money
from sinmungo.text.errors import InputProblem
from sinmungo.visits import extra
from sinmungo.visits.look import addressee, chosen_company, ids, rows_of
from sinmungo.visits.types import Found, Journal, Met, Outsider, Plan, VisitDetail
from sinmungo.web.forms import Form, Gather

ITEM = ("category", "content", "outcome", "target", "answer")
OUTSIDER = ("agency", "name", "title")
PERSON = ("name", "title")
FIELDS = {"company_id": "company_name", "business_no": "company_name"}


def plan_of(form: Form) -> Plan:
    """Return the plan that a form describes."""
    return Plan(
        company_id=chosen_company(form),
        company_name=form["company_name"],
        kind=form["kind"],
        day=form["day"],
        time=form["time"],
        place=form["place"],
        note=form["note"],
        officers=ids(form["officers"]),
        outsiders=outsiders_of(form),
        confirmed=bool(form["confirmed"]),
    )


async def journal_of(ctx: Ctx, form: Form, company_id: UUID | None) -> Journal:
    """Return the journal that a form describes. Raises InvalidError for what is no number."""
    figures = _figures(form)
    return Journal(
        company_id=company_id or chosen_company(form),
        company_name=form["company_name"],
        kind=form["kind"],
        day=form["day"],
        started=form["started"],
        ended=form["ended"],
        place=form["place"],
        note=form["note"],
        next_plan=form["next_plan"],
        guided=form["guided"],
        officers=ids(form["officers"]),
        outsiders=outsiders_of(form),
        people=await _people(ctx, form, company_id or chosen_company(form)),
        items=items_of(form),
        products=form["products"],
        premises=form["premises"],
        extra=await extra.answered(ctx, form),
        **figures,
    )


def _figures(form: Form) -> dict[str, Any]:
    gather = Gather()
    found: dict[str, Any] = {}
    for name in ("employees", "employees_foreign", "export_usd", "factory_area"):
        typed = form[name].removesuffix("명").removesuffix("㎡").strip()
        found[name] = gather.take(name, _number, typed, None)
    found["sales"] = gather.take("sales", _won, form["sales"], None)
    gather.done()
    return found


class _NumberProblemError(InputProblem):
    """Not a whole number."""

    code = "visits.number"


def _number(text: str) -> int | None:
    plain = text.replace(",", "").replace(" ", "")
    if plain and not (plain.isascii() and plain.isdigit()):
        raise _NumberProblemError("숫자로 적어 주세요. 예: 52")
    return int(plain) if plain else None


def _won(text: str) -> int | None:
    return money.parse(text) if text.strip() else None


def outsiders_of(form: Form) -> list[Outsider]:
    """Return those of other bodies."""
    rows = rows_of(form, "outsiders", OUTSIDER)
    return [
        Outsider(agency_id=next(iter(ids(r["agency"])), None), name=r["name"], title=r["title"])
        for r in rows
    ]


async def _people(ctx: Ctx, form: Form, company_id: UUID | None) -> list[Met]:
    """Return the persons met: contacts that were ticked, then names that were typed."""
    ticked = set(ids(form["contacts"]))
    known = await list_contacts(ctx, company_id) if ticked and company_id else []
    found = [
        Met(contact_id=c.id, name=c.values.name, title=c.values.title or "")
        for c in known
        if c.id in ticked
    ]
    typed = rows_of(form, "people", PERSON)
    return found + [Met(name=row["name"], title=row["title"]) for row in typed]


def item_rows(form: Form) -> list[dict[str, str]]:
    """Return the rows of difficulties in which something was written."""
    rows = [{name: row.get(name, "") for name in ITEM} for row in form.rows("items")]
    return [row for row in rows if row["category"] or row["content"] or row["answer"]]


def items_of(form: Form) -> list[Found]:
    """Return the difficulties that a form describes."""
    return [found_of(row) for row in item_rows(form)]


def found_of(row: dict[str, str] | Form) -> Found:
    """Return one difficulty: the addressee is a department or an agency."""
    unit_id, agency_id = addressee(row["target"])
    return Found(
        category=row.get("category", ""),
        content=row.get("content", ""),
        outcome=row["outcome"] or "UNCLASSED",
        unit_id=unit_id,
        agency_id=agency_id,
        answer=row.get("answer", ""),
    )


def renamed(errors: dict[str, str]) -> dict[str, str]:
    """Return errors under the names that the forms use."""
    found: dict[str, str] = {}
    for field, text in errors.items():
        name = field.removesuffix("unit_id").removesuffix("agency_id")
        found[FIELDS.get(field, f"{name}target" if name != field else field)] = text
    return found


def form_of(visit: VisitDetail) -> Form:
    """Return a stored visit as its form shows it."""
    at = clock.to_seoul(visit.planned_at) if visit.planned_at else None
    form = Form(
        **as_typed(visit.answers),
        company_id=str(visit.company_id),
        company_name=visit.company_name,
        kind=visit.kind,
        day=_day(visit),
        time=f"{at:%H:%M}" if at else "",
        place=visit.place or "",
        note=visit.note or "",
        next_plan=visit.next_plan or "",
        guided=visit.guided or "",
        officers=",".join(str(t.officer_id) for t in visit.team if t.officer_id),
        row_version=str(visit.row_version),
    )
    others = [t for t in visit.team if t.officer_id is None]
    for index, one in enumerate(others):
        form[f"outsiders-{index}-agency"] = str(one.agency_id or "")
        form[f"outsiders-{index}-name"] = one.name
        form[f"outsiders-{index}-title"] = one.title
    return form


def _day(visit: VisitDetail) -> str:
    if visit.visited_on:
        return _plain(visit.visited_on)
    return _plain(clock.to_seoul(visit.planned_at).date()) if visit.planned_at else ""


def _plain(day: Any) -> str:
    return f"{day.year}. {day.month}. {day.day}."


def day_echo(typed: str) -> str:
    """Return how a day was understood, an empty text if it was not."""
    try:
        return dates.date_ko(dates.parse_date(typed)) if typed.strip() else ""
    except dates.DateError:
        return ""
