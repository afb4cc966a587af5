"""What the models of the scenario language are made of: their base class, and the types of their fields.

Fields are ids, texts, numbers that may be distributions, durations and points in time. Each type is an `Annotated`
type, so that the models in `schema.py` read like the language they describe, and validation and the JSON Schema for
editors share one definition.
"""

import datetime
import math
import numbers
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    GetPydanticSchema,
    StringConstraints,
)
from pydantic_core import PydanticCustomError, core_schema

from sim.distributions import KINDS, Distribution, DistributionError, Fixed, Pool, Quantiles, Where, parse
from sim.wording import counted

MAX_DAYS = 3650
SAMPLES = ("crises", "threats")
"""The samples of past cases: assaults on ground under siege or fire, and threats between states at peace."""
FARTHEST_DAY = 36_500  # from the as-of date, either way
FIRST_YEAR, LAST_YEAR = 1800, 2200
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(day|week)s?")
_DATE_SCHEMA = {"type": "string", "pattern": f"^{_DATE.pattern}$", "format": "date"}
_DURATION_SCHEMA = {"type": "string", "pattern": f"^{_DURATION.pattern}$"}
_WEIGHTS_SCHEMA = {
    "type": "object",
    "properties": {name: {"type": "number", "minimum": 0} for name in SAMPLES},
    "additionalProperties": False,
    "minProperties": 1,
}
_WHOLE_DAYS_SCHEMAS = ({"type": "integer", "minimum": 1, "maximum": MAX_DAYS}, _DURATION_SCHEMA)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]

LONGEST = 300
"""Maximum length of the repr of a part, in characters."""


class Part(BaseModel):
    """Base of all models: frozen, no unknown keys, no coercion of text to numbers; built on first use.

    Its subclasses do without `from __future__ import annotations`: pydantic would evaluate every one at each start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    def __repr__(self) -> str:
        """Return the repr, cut to `LONGEST` characters."""
        text = super().__repr__()
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]}...)"

    __str__ = __repr__


def fault(message: str, where: Where = ()) -> PydanticCustomError:
    """Return an error for pydantic whose message reaches the user unchanged.

    `where` are the keys that lead from the value that pydantic checks to the wrong one inside it.
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

    A fixed number or a bounded distribution must lie within the range; for an unbounded distribution the median must,
    and draws outside are clipped to the range. `word` is allowed in place of the number; `reason` explains a range
    that is not obvious. With `days`, "120 days" or "2 weeks" is allowed too; with `fixed`, a distribution is not.
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    word: str | None = None
    reason: str | None = None
    days: bool = False
    fixed: bool = False

    def read(self, value: Any) -> Distribution | str:
        """Validate one value."""
        if self.word is not None and value == self.word:
            return self.word
        distribution = self._parsed(value)
        outside = next(self._outside(distribution), None)
        if outside is not None:
            why = "" if self.reason is None else f": {self.reason}"
            raise fault(f"expected {in_words(self.low, self.high, open_low=self.open_low)}{why}", outside)
        if self.fixed and not distribution.is_fixed:
            raise fault(f"expected one {in_words(self.low, self.high).removeprefix('a ')}, not a distribution")
        return distribution.within(self.low, self.high)

    def _parsed(self, value: Any) -> Distribution:
        try:
            return parse(_days(value) if self.days else value)
        except DistributionError as error:
            word = "" if self.word is None or error.where else f", or `{self.word}`"
            raise fault(f"{error}{word}", error.where) from None

    def _outside(self, distribution: Distribution) -> Iterator[Where]:
        """Yield the places at which a distribution leaves the range."""
        yield from (where for where, edge in distribution.edges() if not self.low <= edge <= self.high)
        if self.open_low and any(one.median <= self.low for one in distribution.members):
            yield ()  # a support may touch an open end, but a median may not

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate with `read`, and serialise to the form used in files."""
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(_to_plain)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the JSON Schema for editors."""
        number: dict[str, Any] = {"type": "number"}
        if math.isfinite(self.low):
            number["exclusiveMinimum" if self.open_low else "minimum"] = self.low
        if math.isfinite(self.high):
            number["maximum"] = self.high
        words = [{"const": self.word}] if self.word is not None else [_DURATION_SCHEMA] if self.days else []
        return number if self.fixed else {"anyOf": [number, *words, DISTRIBUTION_REFERENCE]}


def written(
    read: Callable[[Any], Any], schema: Mapping[str, Any], plain: Callable[[Any], Any] | None = None
) -> GetPydanticSchema:
    """Return a pydantic schema: how to read a type, describe it to editors and, given `plain`, serialise it."""
    serialization = None if plain is None else core_schema.plain_serializer_function_ser_schema(plain)
    core = core_schema.no_info_plain_validator_function(read, serialization=serialization)
    return GetPydanticSchema(lambda _, __: core, lambda _, __: dict(schema))


def _read_whole_days(value: Any) -> int:
    number = _days(value)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number // 1:
        raise fault('expected a whole number of days, as in "180 days"')
    if not 1 <= number <= MAX_DAYS:
        raise fault(f"expected 1 to {MAX_DAYS} days")
    return int(number)


def _read_window(value: Any) -> int | datetime.date:
    written = value.strip() if isinstance(value, str) else value
    if isinstance(written, datetime.date) or (isinstance(written, str) and _DATE.fullmatch(written)):
        return read_date(written)
    days = read_length(value) if isinstance(value, str) else value
    if days is None:
        raise fault('expected a number of days, "90 days" or a date such as 2018-11-16')
    return _read_whole_days(days)


def _read_sample(value: Any) -> float:
    """Return the probability of the second sample of past cases."""
    if value in SAMPLES:
        return float(SAMPLES.index(value))
    written = value if isinstance(value, Mapping) else {}
    weights = [written.get(name, 0.0) for name in SAMPLES]
    if written.keys() - {*SAMPLES} or not all(map(_is_weight, weights)) or sum(weights) <= 0:
        raise fault("expected crises, threats, or weights such as {crises: 0.6, threats: 0.4}")
    return float(weights[1] / sum(weights))


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9


def _plain_weights(threats: float) -> dict[str, float]:
    return dict(zip(SAMPLES, (1 - threats, threats), strict=True))


def _read_moment(value: Any) -> datetime.date | Distribution:
    if isinstance(value, str | datetime.date):
        return read_date(value)
    try:
        days = parse(value)
    except DistributionError as error:
        expected = "expected a date such as 2018-08-19 or a number of days from the as-of date"
        raise fault(str(error) if error.where else expected, error.where) from None
    if any(abs(one.median) > FARTHEST_DAY for one in days.members):
        raise fault(f"expected a day within {counted(FARTHEST_DAY, 'day')} of the as-of date")
    return days


def _read_outcome_date(value: Any) -> datetime.date | None:
    return None if value == "none" else read_date(value, "expected a date such as 2018-08-19, or `none`")


def read_date(value: Any, otherwise: str = "expected a date such as 2018-08-19") -> datetime.date:
    """Read `YYYY-MM-DD`, within the years of a scenario; `otherwise` is said of what is neither text nor date."""
    if isinstance(value, datetime.date):
        return value
    if not isinstance(value, str):
        raise fault(otherwise)
    if not _DATE.fullmatch(value):
        raise fault("expected a date such as 2018-08-19")
    date = calendar_date(value)
    if date is None:
        raise fault("there is no such date in the calendar")
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise fault(f"expected a date from {FIRST_YEAR} to {LAST_YEAR}")
    return date


def calendar_date(text: str) -> datetime.date | None:
    """Return the date written as `YYYY-MM-DD`, of any year; None for anything else."""
    try:
        return datetime.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def date_or_none(written: Any) -> datetime.date | None:
    """Return a valid date, or None; validation by the schema reports anything else."""
    try:
        return read_date(written)
    except PydanticCustomError:
        return None


def day_count(moment: datetime.date | Distribution, as_of: datetime.date) -> Distribution:
    """Return a point in time as days from the as-of date."""
    if isinstance(moment, Distribution):
        return moment
    return Fixed(float((moment - as_of).days))


def _days(value: Any) -> Any:
    """Convert "120 days" to 120; return anything other than text unchanged."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise fault('expected a duration such as "120 days"')
    number = float(match[1][:18]) * (7 if match[2] == "week" else 1)
    return int(number) if number == int(number) else number


def _to_plain(value: Distribution | datetime.date | int | str | None) -> Any:
    """Return a value in the form used in scenario files."""
    if isinstance(value, Distribution):
        return value.to_plain()
    if value is None:
        return "none"
    return value.isoformat() if isinstance(value, datetime.date) else value


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
                "description": "The judgements of several experts (numbers, distributions or levels) as a mixture",
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
Days = Annotated[Distribution, Quantity(0.0, open_low=True, days=True)]
Delay = Annotated[Distribution, Quantity(0.0, days=True)]
Probability = Annotated[Distribution, Quantity(0.0, 1.0, fixed=True)]
Horizon = Annotated[int, written(_read_whole_days, {"anyOf": [*_WHOLE_DAYS_SCHEMAS]})]
"""A fixed whole number of days, or "180 days"."""
Window = Annotated[
    int | datetime.date, written(_read_window, {"anyOf": [*_WHOLE_DAYS_SCHEMAS, _DATE_SCHEMA]}, _to_plain)
]
"""A window: its length as whole days or "90 days", or its last date."""
SupportOrEvidence = Annotated[Distribution | Literal["evidence"], Quantity(-1.0, 1.0, word="evidence")]
PositiveOrEvidence = Annotated[Distribution | Literal["evidence"], Quantity(0.0, open_low=True, word="evidence")]
When = Annotated[
    datetime.date | Distribution,
    written(_read_moment, {"anyOf": [_DATE_SCHEMA, {"type": "number"}, DISTRIBUTION_REFERENCE]}, _to_plain),
]
"""A point in time: a date, a day count from the as-of date (day 0), or a distribution over day counts."""
Sample = Annotated[float, written(_read_sample, {"anyOf": [{"enum": [*SAMPLES]}, _WEIGHTS_SCHEMA]}, _plain_weights)]
"""The sample of past cases a question belongs to, or a weight for each; stored as the probability of the second."""
CalendarDate = Annotated[datetime.date, written(read_date, _DATE_SCHEMA, _to_plain)]
OutcomeDate = Annotated[
    datetime.date | None, written(_read_outcome_date, {"anyOf": [_DATE_SCHEMA, {"const": "none"}]}, _to_plain)
]
"""A calendar date, or the word `none` for something that did not happen; stored as None."""


def read_horizon(written: Any) -> int | None:
    """Read a whole number of days as in scenario files, such as 90 or "90 days"; None if it is not valid."""
    try:
        return _read_whole_days(written)
    except PydanticCustomError:
        return None


def read_day(by: Any, as_of: datetime.date) -> int | None:
    """Return the length of a window in days, which may exceed any horizon; None if it is not a window."""
    if isinstance(by, bool):
        return None
    if isinstance(by, numbers.Integral):
        return int(by)
    if isinstance(by, datetime.datetime):  # also a pandas Timestamp
        by = by.date()
    if isinstance(by, datetime.date):
        return (by - as_of).days + 1
    if not isinstance(by, str):
        return None
    date = calendar_date(by.strip())
    return read_length(by) if date is None else (date - as_of).days + 1


def read_length(text: str) -> int | None:
    """Read a length of time such as "3", "3 days" or "2 weeks" as a number of days; None if it is not one."""
    written = text.strip().lower()
    if written.isdecimal():
        return int(written) if len(written) < 9 else None
    return read_horizon(written)
