"""Expressions of time in a sentence, read relative to the article's date.

"Last week", "in recent weeks", "the end of July" and "in spring" are ranges, not days. A day of the week is the last
one up to and including the article's own day. A future date never dates a past event, nor does a deadline date the
demand or promise that sets it: "by Friday", "until the end of June", "planned for Monday" are marked as such.
"""

from __future__ import annotations

import calendar
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sim.wording import MONTHS

DAY = timedelta(days=1)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_NUMBERS = {word: place for place, word in enumerate(_SMALL.split())} | {
    "a": 1, "an": 1, "couple of": 2, "a couple of": 2, "a few": 3, "few": 3, "several": 4,
}  # fmt: skip
_FIRST = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)
_ORDINALS = {word: place for place, word in enumerate(_FIRST.split(), 1)}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2)}
_PARTS = {
    **dict.fromkeys(("early", "the beginning of", "the start of", "the first days of"), (0, 9)),
    **dict.fromkeys(("mid-", "mid", "the middle of"), (9, 19)),
    **dict.fromkeys(("late", "the last days of"), (-10, -1)),
    "the first week of": (0, 6), "the last week of": (-7, -1), "the end of": (-1, -1),
}  # fmt: skip
"""First and last day of a part of a month, as indices into its days."""
_LENGTHS = {"day": 1, "night": 1, "week": 7, "month": 30, "year": 365, "hour": 0, "decade": 3652, "fortnight": 14}
_RECENT = {"day": 7, "week": 30, "month": 90, "year": 730}
_SHIFTS = {"yesterday": -1, "last night": -1, "tomorrow": 1}
Days = tuple[date, date]


@dataclass(frozen=True)
class When:
    """A range of days, its place in a text, the word that makes it a deadline, and how it is known (`date_from`)."""

    first: date
    last: date
    start: int = 0
    end: int = 0
    deadline: str = ""
    known: str = "stated"


@dataclass(frozen=True)
class Context:
    """What dates are relative to: the article's day, and the day that the text mentioned last."""

    today: date
    before: date | None = None


def find(text: str, context: Context) -> list[When]:
    """Return the dates in a text in order; of overlapping expressions, the one with the earliest pattern counts."""
    found: list[When] = []
    for pattern, reader in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            with contextlib.suppress(ValueError, OverflowError):  # 31 June
                if (days := reader(match, context)) is not None:
                    found.append(When(*days, match.start(), match.end(), _deadline(text, match)))
    return sorted(found, key=lambda one: one.start)


def _deadline(text: str, match: re.Match[str]) -> str:
    """Return the word that makes an expression a deadline: `by early Friday`, but not `by last Friday`."""
    before = _DEADLINE.search(text, 0, match.start())
    if before is None or (re.match(r"'s|’s", text[match.end() :]) and before["word"].lower() == "for"):
        return ""
    return "" if _PAST.search(match[0]) else before["word"].lower()


def gap(text: str) -> timedelta | None:
    """Return how long after (negative: before) something else a text says that it was, as `two days after`, or None."""
    found = _GAP.search(text)
    if found is None:
        return None
    length = _length(found) if found["count"] else timedelta() if "hour" in found[0].lower() else DAY
    return length if found["way"].lower() == "after" else -length


def _month(name: str) -> int:
    return next(place for place, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def _whole(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _nearest(month: int, day: int, context: Context) -> date:
    """Return a day of the year in the article's year, or the year before if more than 45 days after the article."""
    day_of = date(context.today.year, month, day)
    return day_of.replace(year=day_of.year - 1) if day_of > context.today + 45 * DAY else day_of


def _capped(first: date, last: date, context: Context) -> Days:
    """Return a range cut at the article's day if it has begun by then."""
    return (first, min(last, context.today)) if first <= context.today else (first, last)


def _day(match: re.Match[str], context: Context) -> Days:
    month, day = _month(match["month"]), int(match["day"])
    first = date(int(match["year"]), month, day) if match["year"] else _nearest(month, day, context)
    return first, first.replace(day=int(match["to"] or day))


def _year_of(match: re.Match[str], month: int, context: Context) -> int:
    """Return the year of a month: as written, from `last year`, or the nearest; for `last May` the last one ended."""
    today = context.today
    if match["after"]:
        return today.year - 1
    year = int(match["year"]) if match["year"] else _nearest(month, 1, context).year
    if match["last"] == "last " and year == today.year and month >= today.month:
        return year - 1
    return year


def _of_month(match: re.Match[str], context: Context) -> Days:
    month = _month(match["month"])
    first, last = _whole(_year_of(match, month, context), month)
    begin, end = _PARTS.get((match["part"] or "").strip().lower(), (0, -1))
    days = [first + place * DAY for place in range(last.day)]
    return _capped(days[begin], days[end], context)


def _weekday(match: re.Match[str], context: Context) -> Days:
    wanted, which = DAYS.index(match["day"].lower()), (match["which"] or "").strip().lower()
    if which == "next":
        return (context.today + ((wanted - context.today.weekday() - 1) % 7 + 1) * DAY,) * 2
    day = context.today - (context.today.weekday() - wanted) % 7 * DAY
    if which == "last" and day == context.today:
        day -= 7 * DAY
    return (day, context.today) if which == "since" else (day, day)


def _week(match: re.Match[str], context: Context) -> Days:
    which, unit, today = match["which"].lower(), match["unit"].lower(), context.today
    step = {"last": -1, "previous": -1, "this": 0, "past": -1, "next": 1, "coming": 1}[which]
    if unit == "week" and which == "past":
        return today - 7 * DAY, today
    if unit == "week":
        ended = step < 0 and today.weekday() == DAYS.index("sunday")  # the week that a Sunday ends
        monday = today - today.weekday() * DAY + 7 * (step + ended) * DAY
        return _capped(monday, monday + 6 * DAY, context)
    if unit == "weekend":
        saturday = today - (today.weekday() - 5) % 7 * DAY + 7 * max(step, 0) * DAY
        return _capped(saturday, saturday + DAY, context)
    if unit == "month":
        month = today.month - 1 + step
        return _capped(*_whole(today.year + month // 12, month % 12 + 1), context)
    if unit == "year":
        return _capped(date(today.year + step, 1, 1), date(today.year + step, 12, 31), context)
    return _season(unit, today.year + min(step, 0), context)


def _season(name: str, year: int, context: Context) -> Days:
    first, last = _SEASONS[name]
    start = date(year, first, 1)
    if start > context.today:
        start = start.replace(year=year - 1)
    return _capped(start, _whole(start.year + (last < first), last)[1], context)


def _length(match: re.Match[str]) -> timedelta:
    count = match["count"].lower()
    return (_NUMBERS[count] if count in _NUMBERS else int(count)) * _LENGTHS[match["unit"].lower()] * DAY


def _ago(match: re.Match[str], context: Context) -> Days:
    day = context.today - _length(match)
    return (date(day.year, 1, 1), date(day.year, 12, 31)) if match["unit"].lower() == "year" else (day, day)


def _later(match: re.Match[str], context: Context) -> Days | None:
    """Read `two weeks later` and `the day before`, from the day that the text mentioned last."""
    way = -1 if re.search("earlier|before|previous", match[0].lower()) else 1
    step = _length(match) if "count" in match.groupdict() else DAY
    return None if context.before is None else (context.before + way * step,) * 2


def _year(match: re.Match[str], context: Context) -> Days | None:
    year = int(match["year"])
    if not 1900 <= year <= context.today.year:
        return None
    return _capped(date(year, 1, 1), context.today if match["since"] else date(year, 12, 31), context)


def _nth(match: re.Match[str], context: Context) -> Days:
    """Read `on the 18th`, in the article's month or the one before."""
    day = context.today.replace(day=int(match["day"]))
    if day > context.today:
        day = (context.today.replace(day=1) - DAY).replace(day=day.day)
    return day, day


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = "(?-i:" + "|".join(f"{month}|{month[:3]}" if month != "May" else month for month in MONTHS) + "|Sept)"
_NUMBER, _ORDINAL = rf"{_any(_NUMBERS)}|\d{{1,3}}", _any(_ORDINALS)
_PART = "|".join(f"{part} ".replace("- ", "-") for part in _PARTS)
_UNIT, _SEASON = "|".join(_LENGTHS), "|".join(_SEASONS)
_TH, _AD = r"(?:st|nd|rd|th)?", r"(?:,? (?P<year>(?:18|19|20)\d\d))?"
_TO = r"(?:(?: ?[-–] ?| to | and )(?P<to>\d{1,2}))?"
_PAST = re.compile(r"\b(?:last|previous|past|recent|ago|yesterday|earlier|since)\b", re.IGNORECASE)
_DEADLINE = re.compile(
    r"\b(?P<word>by|until|till|before|ahead of|later than|for|deadline of)"
    r"(?: (?:early|late|dawn|dusk|noon|midday|midnight|nightfall|sunset|sunrise|the (?:morning|evening|night|end) of"
    r"|\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?))?(?: on| of)? ?\Z",
    re.IGNORECASE,
)
_GAP = re.compile(
    rf"\b(?:(?P<count>{_NUMBER}) (?P<unit>{_UNIT})s?|hours|the day) (?P<way>after|before)\Z", re.IGNORECASE
)
_Reader = Callable[[re.Match[str], Context], Days | None]
_READERS: tuple[tuple[str, _Reader], ...] = (
    (r"\b(?:18|19|20)\d\d-\d\d-\d\d\b", lambda match, _: (date.fromisoformat(match[0]),) * 2),
    (rf"\b(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}}){_TH}{_TO}\b(?!\d){_AD}", _day),
    (rf"\b(?P<day>\d{{1,2}}){_TH}{_TO} (?:of )?(?P<month>{_MONTH})\b{_AD}", _day),
    (rf"\bthe (?P<day>{_ORDINAL}) of (?P<month>{_MONTH})\b",
     lambda match, context: (_nearest(_month(match["month"]), _ORDINALS[match["day"].lower()], context),) * 2),
    (rf"\b(?P<part>{_PART})?(?P<last>last )?(?P<month>{_MONTH})\b(?P<after> last year)?(?! \d{{1,2}}\b){_AD}",
     _of_month),
    (rf"\b(?P<which>last |next |this |since |on )?(?P<day>{'|'.join(DAYS)})\b", _weekday),
    (r"\b(?:today|tonight|yesterday|last night|overnight|tomorrow|this (?:morning|afternoon|evening))\b",
     lambda match, context: (context.today + _SHIFTS.get(match[0].lower(), 0) * DAY,) * 2),
    (rf"\b(?P<which>last|this|previous|past|next|coming) (?P<unit>week|weekend|month|year|{_SEASON})\b", _week),
    (rf"\b(?P<count>{_NUMBER}) (?P<unit>{_UNIT})s? ago\b", _ago),
    (rf"\b(?P<count>{_NUMBER}) (?P<unit>{_UNIT})s? (?P<way>later|earlier|(?:before|after(?:wards)?)(?! \w))", _later),
    (r"\bthe (?:next|following|previous) day\b|\bthe day (?:after|before)\b(?! \w)", _later),
    (rf"\b(?:past|last|over|for the) (?P<count>{_NUMBER}) (?P<unit>{_UNIT})s?\b",
     lambda match, context: (context.today - _length(match), context.today)),
    (r"\b(?:recent|past|last|the last few|the past few) (?P<unit>day|week|month|year)s\b",
     lambda match, context: (context.today - _RECENT[match["unit"].lower()] * DAY, context.today)),
    (r"\bbetween (?P<one>(?:19|20)\d\d) and (?P<two>(?:19|20)\d\d)\b",
     lambda match, context: _capped(date(int(match["one"]), 1, 1), date(int(match["two"]), 12, 31), context)),
    (rf"\b(?:in|the|during) (?P<season>{_SEASON})(?: of (?P<year>(?:19|20)\d\d))?\b",
     lambda match, context: _season(match["season"].lower(), int(match["year"] or context.today.year), context)),
    (r"\b(?P<since>since )?(?:in |of |the |until |by |from |summer |after |before )?(?P<year>(?:19|20)\d\d)\b(?!-)",
     _year),
    (r"\bon the (?P<day>\d{1,2})(?:st|nd|rd|th)\b", _nth),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), reader) for pattern, reader in _READERS)
