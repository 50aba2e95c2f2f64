"""Addresses of reports: period, dimension and cell are always in them, so all can be shared."""

from urllib.parse import quote, urlencode

from sinmungo.reporting.periods import Period
from sinmungo.reporting.tables import Column, Table

PAGE = "/office/reporting"
API = "/api/v1/reporting"


def table_page(dataset: str, dimension: str, period: Period, suffix: str = "") -> str:
    """Return the address of a table's page, or of its file with the suffix "/table.xlsx"."""
    query = urlencode({"dimension": dimension, "period": period.code})
    return f"{PAGE}/{quote(dataset)}{suffix}?{query}"


def cell_page(table: Table, value: str | None, column: Column) -> str:
    """Return the address of the page with the rows behind a cell."""
    query = _cell(table.dimension, value, column.evidence) | {"period": column.period.code}
    return f"{PAGE}/{quote(table.dataset)}/rows?{urlencode(query)}"


def cell_api(table: Table, value: str | None, column: Column) -> str:
    """Return the address of the rows behind a cell in the API."""
    days = {"from": column.period.first.isoformat(), "to": column.period.last.isoformat()}
    query = _cell(table.dimension, value, column.evidence) | days
    return f"{API}/{quote(table.dataset)}/rows?{urlencode(query)}"


def next_page(path: str, query: dict[str, str], cursor: str) -> str:
    """Return the address of the following page of rows."""
    return f"{path}?{urlencode(query | {'cursor': cursor})}"


def row_files(path: str, query: dict[str, str]) -> list[tuple[str, str]]:
    """Return the title and address of each file of the rows that a page shows."""
    asked = urlencode({name: text for name, text in query.items() if name != "cursor"})
    return [(title, f"{path}.{kind}?{asked}") for title, kind in (("엑셀", "xlsx"), ("CSV", "csv"))]


def _cell(dimension: str, value: str | None, measure: str) -> dict[str, str]:
    chosen = {} if value is None else {"value": value}
    return {"dimension": dimension, **chosen, "measure": measure}
