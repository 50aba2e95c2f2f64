"""Too few answers are not told, nor can they be worked out from what is told."""

from hypothesis import given
from hypothesis import strategies as st

from sinmungo.reporting.hiding import too_few

COUNTS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 12))


@given(COUNTS, st.integers(1, 10))
def test_what_is_hidden_cannot_be_taken_from_the_total(counts: dict[str, int], least: int):
    hidden = too_few(counts, least)
    shown = {n for code, n in counts.items() if code not in hidden}
    assert all(n == 0 or n >= least for n in shown)
    together = sum(n for code, n in counts.items() if code in hidden)
    if None in hidden:
        assert 0 < sum(counts.values()) < least
    else:
        assert together == 0 or together >= least


def test_no_more_is_hidden_than_needed():
    assert too_few({"a": 9, "b": 5, "c": 30}, 5) == set()
    assert too_few({"a": 9, "b": 2, "c": 30}, 5) == {"b", "a"}
    assert too_few({"a": 9, "b": 2, "c": 3}, 5) == {"b", "c"}
    assert too_few({"a": 0, "b": 2}, 5) == {"b", None}
    assert too_few({"a": 0}, 5) == set()
