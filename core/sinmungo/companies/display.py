"""A company's record as its page shows it: Korean words, hyphens, dates with their weekday."""

from typing import Any

from sinmungo.companies.models import PREMISES, SIZE_CLASSES, STATES
from sinmungo.companies.record import LABELS, YES_NO, CompanyValues, as_texts
from sinmungo.companies.service import CompanyRecord
from sinmungo.text.dates import date_ko

_ORDER = (
    *("business_no", "representative", "phone", "founded_on", "employees", "size_class"),
    *("industry", "products", "dong", "complex", "premises", "factory_registered", "address"),
)
_WIDE = frozenset({"employees", "products", "address"})
_WORDS: dict[str, dict[str, str]] = {
    "size_class": SIZE_CLASSES,
    "premises": PREMISES,
    "factory_registered": YES_NO,
}


def facts(company: CompanyRecord) -> list[dict[str, Any]]:
    """Return the pairs of the page's list: label, value, wide; an unknown value is empty."""
    texts = as_texts(company.values)
    shown = [
        {
            "label": LABELS[field],
            "value": shown_value(field, texts[field], company.values),
            "wide": field in _WIDE,
        }
        for field in _ORDER
    ]
    return [*_state(company), *shown]


def shown_value(field: str, text: str, values: CompanyValues) -> str:
    """Return one field in words; `text` is what a form would show."""
    if field == "employees":
        return _employees(values)
    if field == "founded_on" and values.founded_on:
        return date_ko(values.founded_on)
    return _WORDS[field].get(text, text) if field in _WORDS else text


def _employees(values: CompanyValues) -> str:
    if values.employees is None or values.employees_on is None:
        return ""
    foreign = f" (외국인 {values.employees_foreign:,}명)" if values.employees_foreign else ""
    return f"{values.employees:,}명{foreign} · {date_ko(values.employees_on)} 기준"


def _state(company: CompanyRecord) -> list[dict[str, Any]]:
    if company.state == "ACTIVE" and company.state_on is None:
        return []
    since = f" · {date_ko(company.state_on)}" if company.state_on else ""
    reason = f" · {company.state_reason}" if company.state_reason else ""
    value = f"{STATES[company.state]}{since}{reason}"
    return [{"label": "운영 상태", "value": value, "wide": True}]
