"""A run as a story: sentences that follow from the plain values of its course (`sim.forecast.course`).

They say "after" and "while", never "because".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.reading import (
    OFF,
    Record,
    calendar_of,
    capital,
    joined,
    name_in_text,
    name_of,
    possessive,
    posture_of,
    strikes_of,
)
from sim.report.values import on_scale, plain, spelled
from sim.wording import MONTHS, long_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

_SOON = 7
_SHIFTED = {"stance": "support for an offensive", "air_denial": "air denial", "self_reliance": "self-reliance"}


def story_of(record: Record, course: Mapping[str, Any]) -> list[str]:
    """Tell the course of a run, 6 to 15 sentences.

    Parameters
    ----------
    record
        Of a forecast or an explanation: as-of date, horizon, actors.
    course
        One of its `storylines`, or the `course` of an explanation.

    Returns
    -------
    list
        Sentences in plain text; names in them come from the scenario and are not escaped.
    """
    teller = _Teller(record)
    return [*teller.start(course), *teller.turns(course), *teller.finish(course)]


def turn_text(record: Record, course: Mapping[str, Any], turn: Mapping[str, Any]) -> str:
    """Tell one turning point without its date, as for a table: `Russia’s backing rises past one half`."""
    text = _Teller(record).event(course, turn)
    return text[0].upper() + text[1:]


class _Teller:
    """Tells one run; keeps the last date told, so that the next one need not say its year again."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._calendar = calendar_of(record)
        self._strikes = strikes_of(record)
        self._strike = record["theatre"]["strikes"] != OFF
        self._year = 0
        self._day: int | None = None

    def _name(self, actor: str) -> str:
        return name_of(self._record, actor)

    def _levels(self, levels: Mapping[str, float], verb: str) -> str:
        """Say where postures stand: `Russia’s backing stands at 0.31 and Turkey’s deterrence at 0.52`."""
        told = [f"{posture_of(self._record, actor)} {verb if not place else ''} at {plain(value)}".replace("  ", " ")
                for place, (actor, value) in enumerate(levels.items())]  # fmt: skip
        return joined(told)

    def _date(self, day: int) -> str:
        date: datetime.date = self._calendar.date(day)
        text = f"{date.day} {MONTHS[date.month - 1]}"
        told = text if date.year == self._year else f"{text} {date.year}"
        self._year = date.year
        return told

    def _when(self, day: int) -> str:
        """Say when, from the date told before."""
        before, self._day = self._day, day
        date = self._date(day)
        if before is None or not 0 <= day - before <= _SOON:
            return f"On {date}"
        if day == before:
            return "The same day"
        if day == before + 1:
            return f"The next day, {date},"
        return f"{spelled(day - before, 'day').capitalize()} later, on {date},"

    def start(self, course: Mapping[str, Any]) -> Iterator[str]:
        """Two sentences on how it begins."""
        phase = course["phases"][0][1]
        how = "with an agreement in force" if phase == "agreement" else "in a standoff"
        stances = [f"{on_scale(value)} for {name_in_text(self._name(actor))}"
                   for actor, value in course["start"]["stance"].items()]  # fmt: skip
        yield (
            f"On {self._date(0)} this future begins {how}, with support for an offensive at {joined(stances)} on a "
            "scale from −1 to +1."
        )
        told = self._levels(course["start"]["posture"], "starts")
        each = "each on" if len(course["start"]["posture"]) > 1 else "on"
        yield f"{capital(told)}, {each} a scale from 0 to 1."
        self._day = 0

    def turns(self, course: Mapping[str, Any]) -> Iterator[str]:
        """One sentence a turning point, two for the end."""
        for turn in course["turns"]:
            when, what = self._when(turn["day"]), self.event(course, turn)
            yield f"{when.rstrip(',')}, {what}." if turn["kind"] == "event" else f"{when} {what}."
            if turn["kind"] in ("limited", "full", "terms"):
                yield self._before_it(course, turn)

    def event(self, course: Mapping[str, Any], turn: Mapping[str, Any]) -> str:
        """Say what happens at a turning point."""
        kind, levels = turn["kind"], turn["levels"]
        if kind == "event":
            return f"with {turn['event']['name']}, {self._shifted(turn['event'])} {turn['event']['way']}"
        beside = f", with {self._levels(levels, '')}" if levels else ""
        if kind in ("rise", "fall"):
            way = "rises past" if kind == "rise" else "falls below"
            return f"{posture_of(self._record, turn['actor'])} {way} one half{beside}"
        if kind in ("for", "against"):
            side = "in favour of" if kind == "for" else "against"
            return f"{possessive(self._name(turn['actor']))} stance turns {side} an offensive"
        another = "an" if turn.get("count") == 1 else "another"
        return {
            "strike": f"there is {self._strikes} for the first time{beside}",
            "bombing": f"there is {self._strikes} on a third day within a week for the first time",
            "agreement": f"{self._parties(course)} conclude {another} agreement{beside}",
            "breakdown": f"the agreement breaks down{_lasted(turn)}, and the standoff is back",
            "terms": f"the defenders give the ground up on terms, without an assault{beside}",
            "limited": f"a limited offensive begins{beside}",
            "full": f"a full offensive begins{beside}",
            "still": f"there is still {_phase_at(course, turn['day'])} and no offensive{beside}",
        }[kind]

    def _shifted(self, event: Mapping[str, Any]) -> str:
        """Name what an event shifts: `Turkey’s support for an offensive`, `Turkey’s leverage over Russia`."""
        on, field = event["on"], event["field"]
        if not isinstance(on, str):
            return f"{possessive(self._name(on['from']))} leverage over {name_in_text(self._name(on['to']))}"
        if field == "posture":
            return posture_of(self._record, on)
        return f"{possessive(self._name(on))} {_SHIFTED.get(field, field)}"

    def _parties(self, course: Mapping[str, Any]) -> str:
        return joined([name_in_text(self._name(actor)) for actor in course["parties"]])

    def _before_it(self, course: Mapping[str, Any], turn: Mapping[str, Any]) -> str:
        day = turn["day"]
        strikes = sum(one <= day for one in course["strikes"])
        often = f"after {spelled(strikes, 'day')}" if strikes else "without a day"
        bombed = f", {often} of {self._strikes}" if self._strike else ""
        under = " and while an agreement is in force" if _phase_at(course, day) == "an agreement" else ""
        return f"It comes on day {day + 1} of the window{bombed}{under}."

    def finish(self, course: Mapping[str, Any]) -> Iterator[str]:
        """Two or three sentences on what there was in all, and what the end means."""
        end, over = course["end"], course["day"] is not None
        if not over or course["agreements"]:
            first = course["strikes"] if self._strike else range(course["agreements"])
            yield f"In all there {'is' if len(first) == 1 else 'are'} {self._in_all(course)}."
        last = long_date(self._calendar.until(self._calendar.horizon))
        if end == "terms":
            yield "With the surrender this future ends: no offensive has begun, and the question resolves as no."
        elif over:
            size = "0.3 or more" if end == "full" else "below 0.3"
            yield "With the offensive this future ends, and the question resolves as yes."
            yield f"It counts as {end}, for imminence, readiness times support, is {size} on its first day."
        else:
            how = "under an agreement" if end == "agreement" else "in a standoff"
            yield f"The window closes on {last} {how}: no offensive has begun, and the question resolves as no."

    def _in_all(self, course: Mapping[str, Any]) -> str:
        strikes = f"{spelled(len(course['strikes']), 'day')} of {self._strikes} and " if self._strike else ""
        new = "new " if course["phases"][0][1] == "agreement" else ""
        agreements = spelled(course["agreements"], f"{new}agreement")
        broken = course["breakdowns"]
        fate = "" if not broken else f", and {spelled(broken, 'agreement breaks', 'agreements break')} down"
        return f"{strikes}{agreements}{fate}"


def _lasted(turn: Mapping[str, Any]) -> str:
    return f" after {spelled(turn['lasted'], 'day')}" if turn.get("lasted") else ""


def _phase_at(course: Mapping[str, Any], day: int) -> str:
    """Phase at the start of a day."""
    phase = [name for start, name in course["phases"] if start <= day][-1]
    return "an agreement" if phase == "agreement" else "a standoff"
