"""When it happened: expressions of time in a sentence, read relative to the article's date.

"Last week", "in recent weeks", "the end of July" and "in spring" are ranges, not days. A day of the week is the last
one before the article, the article's own day included; where the verb is about the future it is the next. What lies
ahead never dates what has happened.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.wording import MONTHS

DAY = datetime.timedelta(days=1)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_NUMBERS = {
    **{word: place for place, word in enumerate(_SMALL)},
    **{"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "a few": 3, "few": 3, "several": 4},
}
_FIRST = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", *(f"twenty-{nth}" for nth in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh"))),
    *("twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"),
)
_ORDINALS = {word: place for place, word in enumerate(_FIRST, 1)}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2)}
_MONTH = "(?-i:" + "|".join(f"{month}|{month[:3]}" if month != "May" else month for month in MONTHS) + "|Sept)"
_NUMBER = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True)) + r"|\d{1,3}"
_ORDINAL = "|".join(sorted(map(re.escape, _ORDINALS), key=len, reverse=True))
_PART = "early |late |mid-|mid |the (?:end|beginning|start|middle|first week|last week|first days|last days) of "
_UNIT = "day|night|week|month|year|hour|decade|fortnight"


@dataclass(frozen=True)
class When:
    """Days, from first to last; `stated` where the text names them, `anchored` where relative to what came before."""

    first: datetime.date
    last: datetime.date
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Context:
    """What a date is relative to: the article's day, the day the text spoke of last, and whether it looks ahead."""

    today: datetime.date
    before: datetime.date | None = None
    ahead: bool = False


_Reader = Callable[[re.Match[str], Context], "tuple[datetime.date, datetime.date] | None"]


def find(text: str, context: Context) -> list[When]:
    """Return the dates in a text with their places, in order; overlapping expressions count once, the longest."""
    found: list[When] = []
    for pattern, reader in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            days = _read(reader, match, context)
            if days is not None:
                found.append(When(days[0], days[1], match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def _read(reader: _Reader, match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date] | None:
    try:
        return reader(match, context)
    except (ValueError, OverflowError):  # 31 June
        return None


def _month(name: str) -> int:
    return next(place for place, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def _whole(year: int, month: int) -> tuple[datetime.date, datetime.date]:
    return datetime.date(year, month, 1), datetime.date(year, month, calendar.monthrange(year, month)[1])


def _nearest(month: int, day: int, context: Context) -> datetime.date:
    """Return the day of the year before the article's, or after it where the text looks ahead."""
    day_of = datetime.date(context.today.year, month, day)
    if context.ahead and day_of < context.today - 180 * DAY:
        return day_of.replace(year=day_of.year + 1)
    if not context.ahead and day_of > context.today + 45 * DAY:
        return day_of.replace(year=day_of.year - 1)
    return day_of


def _day(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    month = _month(match["month"])
    one, other = int(match["day"]), int(match["to"] or match["day"])
    if match["year"]:
        year = int(match["year"])
        return datetime.date(year, month, one), datetime.date(year, month, other)
    first = _nearest(month, one, context)
    return first, first.replace(day=other)


def _ordinal_day(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    day = _nearest(_month(match["month"]), _ORDINALS[match["day"].lower()], context)
    return day, day


def _iso(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    day = datetime.date.fromisoformat(match[0])
    return day, day


def _of_month(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    month = _month(match["month"])
    year = int(match["year"]) if match["year"] else _nearest(month, 1, context).year
    if (match["last"] or "").strip() == "last" and year == context.today.year and month >= context.today.month:
        year -= 1
    if (match["after"] or "").strip() == "last year":
        year = context.today.year - 1
    first, last = _whole(year, month)
    part = (match["part"] or "").strip().lower()
    if part in ("early", "the beginning of", "the start of", "the first week of", "the first days of"):
        last = first + 9 * DAY if "week" not in part else first + 6 * DAY
    elif part in ("late", "the end of", "the last week of", "the last days of"):
        first = last - (6 * DAY if "week" in part else 9 * DAY)
        if part == "the end of":
            first = last
    elif part in ("mid-", "mid", "the middle of"):
        first, last = first + 9 * DAY, first + 19 * DAY
    return _capped(first, last, context)


def _capped(first: datetime.date, last: datetime.date, context: Context) -> tuple[datetime.date, datetime.date]:
    """Return days that end with the article's where they have begun and the text does not look ahead."""
    return (first, min(last, context.today)) if not context.ahead and first <= context.today else (first, last)


def _weekday(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    wanted = DAYS.index(match["day"].lower())
    which = (match["which"] or "").strip().lower()
    if context.ahead or which == "next":
        day = context.today + ((wanted - context.today.weekday() - 1) % 7 + 1) * DAY
        return day, day
    day = context.today - (context.today.weekday() - wanted) % 7 * DAY
    if which == "last" and day == context.today:
        day -= 7 * DAY
    return (day, context.today) if which == "since" else (day, day)


def _today(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    word = match[0].lower()
    shift = {"yesterday": -1, "last night": -1, "overnight": 0, "tomorrow": 1, "the day before": -1}.get(word, 0)
    day = context.today + shift * DAY
    return day, day


def _week(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    which, unit = match["which"].lower(), match["unit"].lower()
    step = {"last": -1, "previous": -1, "this": 0, "past": -1, "next": 1, "coming": 1}[which]
    if unit == "week":
        monday = context.today - context.today.weekday() * DAY
        if step < 0 and context.today.weekday() == DAYS.index("sunday"):
            monday += 7 * DAY  # the week that a Sunday ends
        if which == "past":
            return context.today - 7 * DAY, context.today
        return _capped(monday + step * 7 * DAY, monday + (step * 7 + 6) * DAY, context)
    if unit == "weekend":
        saturday = context.today - (context.today.weekday() - 5) % 7 * DAY + (7 * DAY if step > 0 else 0 * DAY)
        return _capped(saturday, saturday + DAY, context)
    if unit == "month":
        month = context.today.month - 1 + step
        return _capped(*_whole(context.today.year + month // 12, month % 12 + 1), context)
    if unit == "year":
        year = context.today.year + step
        return _capped(datetime.date(year, 1, 1), datetime.date(year, 12, 31), context)
    return _season(unit, context.today.year + (step if step < 0 else 0), context)


def _season(name: str, year: int, context: Context) -> tuple[datetime.date, datetime.date]:
    first, last = _SEASONS[name]
    start = datetime.date(year, first, 1)
    if start > context.today and not context.ahead:
        start = start.replace(year=year - 1)
    return _capped(start, _whole(start.year + (last < first), last)[1], context)


def _in_season(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    return _season(match["season"].lower(), int(match["year"] or context.today.year), context)


def _count(word: str) -> int:
    return _NUMBERS[word.lower()] if word.lower() in _NUMBERS else int(word)


def _length(match: re.Match[str]) -> datetime.timedelta:
    unit = match["unit"].lower()
    return _count(match["count"]) * {"day": 1, "night": 1, "week": 7, "month": 30, "year": 365, "hour": 0,
                                     "decade": 3652, "fortnight": 14}[unit] * DAY  # fmt: skip


def _ago(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    day = context.today - _length(match)
    return (
        (day.replace(day=1, month=1), day.replace(day=31, month=12)) if match["unit"].lower() == "year" else (day, day)
    )


def _later(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date] | None:
    if context.before is None:
        return None
    way = -1 if match["way"].lower() in ("earlier", "before") else 1
    day = context.before + way * _length(match)
    return day, day


def _next_day(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date] | None:
    if context.before is None:
        return None
    day = context.before + (-1 if "before" in match[0].lower() or "previous" in match[0].lower() else 1) * DAY
    return day, day


def _over(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    return context.today - _length(match), context.today


def _recent(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    unit = match["unit"].lower()
    return context.today - {"day": 7, "week": 30, "month": 90, "year": 730}[unit] * DAY, context.today


def _year(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date] | None:
    year = int(match["year"])
    if not 1900 <= year <= context.today.year + (5 if context.ahead else 0):
        return None
    last = datetime.date(year, 12, 31)
    return _capped(datetime.date(year, 1, 1), context.today if match["since"] else last, context)


def _between(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    first = datetime.date(int(match["one"]), 1, 1)
    return _capped(first, datetime.date(int(match["two"]), 12, 31), context)


def _nth(match: re.Match[str], context: Context) -> tuple[datetime.date, datetime.date]:
    """Read `on the 18th`, of the article's month or the one before."""
    number = int(match["day"])
    day = context.today.replace(day=number)
    if day > context.today and not context.ahead:
        day = (context.today.replace(day=1) - DAY).replace(day=number)
    return day, day


def _patterns() -> Iterator[tuple[re.Pattern[str], _Reader]]:
    suffix = r"(?:st|nd|rd|th)?"
    year = r"(?:,? (?P<year>(?:18|19|20)\d\d))?"
    to = r"(?:(?: ?[-–] ?| to | and )(?P<to>\d{1,2}))?"
    listed: list[tuple[str, _Reader]] = [
        (r"\b(?:18|19|20)\d\d-\d\d-\d\d\b", _iso),
        (rf"\b(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}}){suffix}{to}\b(?!\d){year}", _day),
        (rf"\b(?P<day>\d{{1,2}}){suffix}{to} (?:of )?(?P<month>{_MONTH})\b{year}", _day),
        (rf"\bthe (?P<day>{_ORDINAL}) of (?P<month>{_MONTH})\b", _ordinal_day),
        (rf"\b(?P<part>{_PART})?(?P<last>last )?(?P<month>{_MONTH})\b(?P<after> last year)?(?! \d{{1,2}}\b){year}",
         _of_month),
        (rf"\b(?P<which>last |next |this |since |on )?(?P<day>{'|'.join(DAYS)})\b", _weekday),
        (r"\b(?:today|tonight|yesterday|last night|overnight|tomorrow|this (?:morning|afternoon|evening))\b", _today),
        (rf"\b(?P<which>last|this|previous|past|next|coming) (?P<unit>week|weekend|month|year|"
         rf"{'|'.join(_SEASONS)})\b", _week),
        (rf"\b(?P<count>{_NUMBER}) (?P<unit>{_UNIT})s? ago\b", _ago),
        (rf"\b(?P<count>{_NUMBER}) (?P<unit>{_UNIT})s? (?P<way>later|earlier|before|after(?:wards)?)\b", _later),
        (r"\bthe (?:next|following|previous) day\b|\bthe day (?:after|before)\b", _next_day),
        (rf"\b(?:past|last|over|for the) (?P<count>{_NUMBER}) (?P<unit>{_UNIT})s?\b", _over),
        (r"\b(?:recent|past|last|the last few|the past few) (?P<unit>day|week|month|year)s\b", _recent),
        (r"\bbetween (?P<one>(?:19|20)\d\d) and (?P<two>(?:19|20)\d\d)\b", _between),
        (rf"\b(?:in|the|during) (?P<season>{'|'.join(_SEASONS)})(?: of (?P<year>(?:19|20)\d\d))?\b", _in_season),
        (r"\b(?P<since>since )?(?:in |of |the |until |by |from |summer |after |before )?(?P<year>(?:19|20)\d\d)\b(?!-)",
         _year),
        (r"\bon the (?P<day>\d{1,2})(?:st|nd|rd|th)\b", _nth),
    ]  # fmt: skip
    for pattern, reader in listed:
        yield re.compile(pattern, re.IGNORECASE), reader


_PATTERNS = tuple(_patterns())
