"""Field types of the scenario language: numbers that may be distributions, durations and points in time.

Each is an `Annotated` type, so that the models in `schema.py` read like the language they describe and the JSON Schema
for editors comes from the same place as the check.
"""

from __future__ import annotations

import datetime
import math
import numbers
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, core_schema

from sim.distributions import KINDS, Distribution, DistributionError, Fixed, Pool, Quantiles, Where, parse
from sim.wording import counted

MAX_DAYS = 3650
FARTHEST_DAY = 36_500  # from the as-of date, either way
FIRST_YEAR, LAST_YEAR = 1800, 2200
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(day|week)s?")


def fault(message: str, where: Where = ()) -> PydanticCustomError:
    """Return an error for pydantic whose message reaches the user as it stands.

    Parameters
    ----------
    where
        Keys from the value that pydantic checks to the one that is wrong within it.
    """
    return PydanticCustomError("offramp", message, {"where": where} if where else None)


def in_words(low: float, high: float, *, open_low: bool = False) -> str:
    """Return a range in words, for messages."""
    if math.isinf(high) and math.isinf(low):
        return "any finite number"
    if math.isinf(high):
        return f"a number above {low:g}" if open_low else f"a number of {low:g} or more"
    return f"a number from {low:g} to {high:g}"


@dataclass(frozen=True)
class Quantity:
    """A number or distribution within a range.

    A fixed number and a bounded distribution must lie within the range; of an unbounded one the median must, and what
    is drawn outside is clipped to the range. `word` may stand in place of the number; `reason` says why the range is
    such where it is not plain.
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    word: str | None = None
    reason: str | None = None

    def read(self, value: Any) -> Distribution | str:
        """Check one value."""
        if self.word is not None and value == self.word:
            return self.word
        try:
            distribution = parse(value)
        except DistributionError as error:
            word = "" if self.word is None or error.where else f", or `{self.word}`"
            raise fault(f"{error}{word}", error.where) from None
        outside = next(self._outside(distribution), None)
        if outside is not None:
            why = "" if self.reason is None else f": {self.reason}"
            raise fault(f"expected {in_words(self.low, self.high, open_low=self.open_low)}{why}", outside)
        return distribution.within(self.low, self.high)

    def _outside(self, distribution: Distribution) -> Iterator[Where]:
        """Yield where a distribution leaves the range."""
        yield from (where for where, edge in distribution.edges() if not self.low <= edge <= self.high)
        if self.open_low and any(one.median <= self.low for one in distribution.members):
            yield ()  # a support may touch an open end, a median not

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate by `read`, serialise to the form a file writes."""
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(_to_plain)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        words = [] if self.word is None else [{"const": self.word}]
        return {"anyOf": [_bounded("number", self), *words, DISTRIBUTION_REFERENCE]}


@dataclass(frozen=True)
class Duration(Quantity):
    """A length of time in days: a number, "120 days", "2 weeks" or a distribution over days."""

    low: float = 0.0
    open_low: bool = True

    def read(self, value: Any) -> Distribution | str:
        """Check one value."""
        return super().read(_days(value))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        text = {"type": "string", "pattern": f"^{_DURATION.pattern}$"}
        return {"anyOf": [_bounded("number", self), text, DISTRIBUTION_REFERENCE]}


@dataclass(frozen=True)
class Chance(Quantity):
    """A probability: one number from 0 to 1."""

    low: float = 0.0
    high: float = 1.0

    def read(self, value: Any) -> Distribution | str:
        """Check one value."""
        read = super().read(value)
        if isinstance(read, Distribution) and not read.is_fixed:
            raise fault(f"expected one {in_words(self.low, self.high).removeprefix('a ')}, not a distribution")
        return read

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        return _bounded("number", self)


@dataclass(frozen=True)
class WholeDays:
    """A fixed whole number of days, or "180 days"."""

    def _read(self, value: Any) -> int:
        number = _days(value)
        if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number // 1:
            raise fault('expected a whole number of days, as in "180 days"')
        if not 1 <= number <= MAX_DAYS:
            raise fault(f"expected 1 to {MAX_DAYS} days")
        return int(number)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate and keep as an int."""
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        whole = {"type": "integer", "minimum": 1, "maximum": MAX_DAYS}
        return {"anyOf": [whole, {"type": "string", "pattern": f"^{_DURATION.pattern}$"}]}


@dataclass(frozen=True)
class WindowEnd(WholeDays):
    """A window: its length as whole days or "90 days", or its last date."""

    def _window(self, value: Any) -> int | datetime.date:
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, str) and _DATE.fullmatch(value.strip()):
            return read_date(value.strip())
        days = read_length(value) if isinstance(value, str) else value
        if days is None:
            raise fault('expected a number of days, "90 days" or a date such as 2018-11-16')
        return self._read(days)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate; serialise to the form a file writes."""
        return core_schema.no_info_plain_validator_function(
            self._window, serialization=core_schema.plain_serializer_function_ser_schema(_days_or_date)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        return {"anyOf": [*super().__get_pydantic_json_schema__(schema, handler)["anyOf"], _DATE_SCHEMA]}


@dataclass(frozen=True)
class SampleWeights:
    """Which sample of past cases a question belongs to, as the probability of the second, `threats`.

    `crises`, `threats` or a map with a weight for each.
    """

    NAMES: ClassVar[tuple[str, str]] = ("crises", "threats")

    def _read(self, value: Any) -> float:
        if value in self.NAMES:
            return float(self.NAMES.index(value))
        weights = [value.get(name, 0.0) for name in self.NAMES] if isinstance(value, Mapping) else []
        known = isinstance(value, Mapping) and set(value) <= set(self.NAMES)
        numbers = all(isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one < 1e9 for one in weights)
        if not known or not numbers or sum(weights) <= 0:
            raise fault("expected crises, threats, or weights such as {crises: 0.6, threats: 0.4}")
        return float(weights[1] / sum(weights))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate; serialise to the form a file writes."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(self._plain)
        )

    def _plain(self, threats: float) -> Any:
        return dict(zip(self.NAMES, (1 - threats, threats), strict=True))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        weight = {"type": "number", "minimum": 0}
        weights = dict.fromkeys(self.NAMES, weight)
        return {
            "anyOf": [
                {"enum": list(self.NAMES)},
                {"type": "object", "properties": weights, "additionalProperties": False, "minProperties": 1},
            ]
        }


@dataclass(frozen=True)
class Moment:
    """A point in time: a date, a day count from the as-of date (day 0), or a distribution over day counts."""

    def _read(self, value: Any) -> datetime.date | Distribution:
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, str):
            return read_date(value)
        try:
            days = parse(value)
        except DistributionError as error:
            expected = "expected a date such as 2018-08-19 or a number of days from the as-of date"
            raise fault(str(error) if error.where else expected, error.where) from None
        if any(abs(one.median) > FARTHEST_DAY for one in days.members):
            raise fault(f"expected a day within {counted(FARTHEST_DAY, 'day')} of the as-of date")
        return days

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate; serialise to the form a file writes."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(_to_plain),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        return {"anyOf": [_DATE_SCHEMA, {"type": "number"}, DISTRIBUTION_REFERENCE]}


@dataclass(frozen=True)
class Date:
    """A calendar date."""

    def _read(self, value: Any) -> datetime.date | None:
        if isinstance(value, datetime.date):
            return value
        if not isinstance(value, str):
            raise fault("expected a date such as 2018-08-19")
        return read_date(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate; serialise as a file writes it."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(_to_plain)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        return dict(_DATE_SCHEMA)


@dataclass(frozen=True)
class DateOrNone(Date):
    """A calendar date, or the word `none` for what did not happen; kept as None."""

    def _read(self, value: Any) -> datetime.date | None:
        if value == "none":
            return None
        if isinstance(value, str | datetime.date):
            return super()._read(value)
        raise fault("expected a date such as 2018-08-19, or `none`")

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe for editors."""
        return {"anyOf": [_DATE_SCHEMA, {"const": "none"}]}


def read_date(text: str) -> datetime.date:
    """Read `YYYY-MM-DD`."""
    if _DATE.fullmatch(text):
        try:
            date = datetime.date.fromisoformat(text)
        except ValueError:
            raise fault("there is no such date in the calendar") from None
        if not FIRST_YEAR <= date.year <= LAST_YEAR:
            raise fault(f"expected a date from {FIRST_YEAR} to {LAST_YEAR}")
        return date
    raise fault("expected a date such as 2018-08-19")


def day_count(moment: datetime.date | Distribution, as_of: datetime.date) -> Distribution:
    """Return a point in time as days from the as-of date."""
    if isinstance(moment, Distribution):
        return moment
    return Fixed(float((moment - as_of).days))


def _days(value: Any) -> Any:
    """Turn "120 days" into 120; leave everything else as it is."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise fault('expected a duration such as "120 days"')
    number = float(match[1][:18]) * (7 if match[2] == "week" else 1)
    return int(number) if number == int(number) else number


_DATE_SCHEMA = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date"}


def _bounded(kind: str, range_: Quantity) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    if math.isfinite(range_.low):
        schema["exclusiveMinimum" if range_.open_low else "minimum"] = range_.low
    if math.isfinite(range_.high):
        schema["maximum"] = range_.high
    return schema


def _days_or_date(value: int | datetime.date) -> int | str:
    return value if isinstance(value, int) else value.isoformat()


def _to_plain(value: Distribution | datetime.date | str | None) -> Any:
    """Return the form a scenario file writes."""
    if isinstance(value, Distribution):
        return value.to_plain()
    if value is None:
        return "none"
    return value if isinstance(value, str) else value.isoformat()


DISTRIBUTION_REFERENCE = {"title": "Distribution"}  # the JSON Schema generator turns it into a $ref


def distribution_schema() -> dict[str, Any]:
    """Return the JSON Schema of a distribution."""
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 1}
    percent = "^(100|[0-9]{1,2})(\\.[0-9]{1,9})?$"
    families = [kind for kind in KINDS if kind not in (Quantiles.kind, Pool.kind)]
    alone: dict[str, Any] = {
        **dict.fromkeys(families, numbers),
        Quantiles.kind: {
            "description": "The value at each percentile, such as {10: 0.2, 50: 0.5, 90: 0.7}",
            "type": "object",
            "patternProperties": {percent: {"type": "number"}},
            "minProperties": 2,
            "additionalProperties": False,
        },
    }
    one = {"type": "object", "properties": alone, "minProperties": 1, "maxProperties": 1, "additionalProperties": False}
    experts = {"type": "array", "items": {"anyOf": [{"type": "number"}, one, {"type": "string"}]}, "minItems": 2}
    weights = {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 2}
    return {
        "description": "A prior over one number",
        "anyOf": [
            one,
            {
                "description": "What several experts say, numbers, distributions or levels, as a mixture",
                "type": "object",
                "properties": {Pool.kind: experts, "weights": weights},
                "required": [Pool.kind],
                "additionalProperties": False,
            },
        ],
    }


Share = Annotated[Distribution, Quantity(0.0, 1.0)]
Support = Annotated[Distribution, Quantity(-1.0, 1.0)]
NonNegative = Annotated[Distribution, Quantity(0.0)]
Positive = Annotated[Distribution, Quantity(0.0, open_low=True)]
AttackStrength = Annotated[
    Distribution, Quantity(0.0, open_low=True, reason="an attacker without strength cannot attack")
]
AnyNumber = Annotated[Distribution, Quantity()]
Days = Annotated[Distribution, Duration()]
Delay = Annotated[Distribution, Duration(open_low=False)]
Probability = Annotated[Distribution, Chance()]
Horizon = Annotated[int, WholeDays()]
Window = Annotated[int | datetime.date, WindowEnd()]
SupportOrEvidence = Annotated[Distribution | Literal["evidence"], Quantity(-1.0, 1.0, word="evidence")]
PositiveOrEvidence = Annotated[Distribution | Literal["evidence"], Quantity(0.0, open_low=True, word="evidence")]
When = Annotated[datetime.date | Distribution, Moment()]
Sample = Annotated[float, SampleWeights()]
CalendarDate = Annotated[datetime.date, Date()]
OutcomeDate = Annotated[datetime.date | None, DateOrNone()]
_HORIZON: TypeAdapter[int] = TypeAdapter(Horizon)


def read_horizon(written: Any) -> int | None:
    """Read a number of days as the language does, such as 90 or "90 days"; None where it is at fault."""
    try:
        return _HORIZON.validate_python(written)
    except ValidationError:
        return None


def read_day(by: int | str | datetime.date, as_of: datetime.date) -> int | None:
    """Return the number of days of a window, which may lie beyond any horizon; None where it is no window."""
    if isinstance(by, bool):
        return None
    if isinstance(by, numbers.Integral):
        return int(by)
    if isinstance(by, datetime.date):
        return (by - as_of).days + 1
    if not isinstance(by, str):
        return None
    try:
        return (datetime.date.fromisoformat(by.strip()) - as_of).days + 1
    except ValueError:
        return read_length(by)


def window_days(by: int | datetime.date, as_of: datetime.date) -> int:
    """Return the number of days of a window that has been read already."""
    return by if isinstance(by, int) else (by - as_of).days + 1


def read_length(text: str) -> int | None:
    """Return a length of time in days, such as 3, "3 days" or "2 weeks"; None where it is none."""
    written = text.strip().lower()
    if written.isdecimal():
        return int(written) if len(written) < 9 else None
    return read_horizon(written)
