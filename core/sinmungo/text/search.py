"""Korean full-text search without a language model: 2-grams on both sides.

Measured best on office text for its price. The index side takes every gram, also across a space,
because people space compound words freely; the query side drops particles and endings, because
"자금이" must find "자금을". E-9 is E9 on both. One-syllable words are their own gram.
"""

import re
import unicodedata
from itertools import zip_longest
from operator import add

from sinmungo.text.normalise import clean

_WORD = re.compile(r"[^\W_]+")
_INNER_HYPHEN = re.compile(r"(?<=[a-z0-9])-(?=[a-z0-9])")
_MIN_STEM = 2
_PARTICLE = (
    r"(?:에서|에게|한테|으로|로서|로써|까지|부터|보다|처럼|만큼)(?:는|도|만|의|나)?"
    r"|이라는|라는|이라고|라고|이나|이며|이고|하고|이랑|들이|들을|들은|들의|들"
    r"|은|는|이|가|을|를|에|의|도|만|와|과|로|나|랑"
)
_ENDING = (
    r"(?:했|됐|였|었|하였|되었)(?:습니다|는데|으나|으며|고|음|다|어요)"
    r"|(?:입|합|됩|집|립|랍|옵|습)니다|(?:입|합|됩)니까"
    r"|하는|하여|해서|하고|하기|하면|한다|해요|할|한|해|함"
    r"|되는|되어|돼서|되고|되기|되면|된다|돼요|될|된|됨"
    r"|이에요|예요|인데|인가요|인지|이다"
)
_TAIL = re.compile(rf"(?:{_ENDING}|{_PARTICLE})$")
_EMPTY_WORD = re.compile(
    r"있습니다|없습니다|있는|없는|합니다|됩니다|바랍니다|주세요|주시기|싶습니다|위해|위한"
    r"|대한|대해|대하여|관한|관련|및|등|수|것|좀|때문에"
)


def grams(text: str) -> list[str]:
    """Index terms of a text in order, repeats included, for to_tsvector('simple', …)."""
    words = _words(text)
    found: list[str] = []
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        found += _pairs(word)
        if "가" <= word[-1] <= "힣" and "가" <= following[:1] <= "힣":
            found.append(word[-1] + following[0])
    return found


def query_grams(text: str) -> list[str]:
    """Terms a text must all hold to match a query, without repeats.

    Each is a 2-gram; a lone syllable is itself, and finds more as a prefix. Empty when the query
    has no letter or digit.
    """
    words = _words(text)
    telling = [word for word in words if not _EMPTY_WORD.fullmatch(word)] or words
    return list(dict.fromkeys(gram for word in telling for gram in _pairs(_stem(word))))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    if "-" in folded:
        folded = _INNER_HYPHEN.sub("", folded)
    return _WORD.findall(folded)


def _pairs(word: str) -> list[str]:
    if len(word) < _MIN_STEM:
        return [word]
    return list(map(add, word, word[1:]))


def _stem(word: str) -> str:
    """A word without its last particle or ending; never shorter than two characters."""
    tail = _TAIL.search(word, _MIN_STEM)
    return word[: tail.start()] if tail else word
