"""Days played from a recording, in one loop over runs.

A day consists of rules alone, so the agents need not play every day. Once for each structure of a crisis they play a
day with `Recorded` numbers; the loops made of it then play all days of all crises of that structure. The numbers of a
crisis move to rows of memory, which the loops read and write; its agents hold views of the rows that change.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from sim.compiled.recording import Layout, Recorded, Recording, in_loops
from sim.compiled.translation import WIDTH
from sim.model.arrays import LINE, zeros
from sim.model.chance import Daily, at_a_time
from sim.model.crisis import Unseen
from sim.model.over_runs import Holder, exchange
from sim.model.stack import structure
from sim.rng import normal_quantiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from sim.compiled.translation import Kind
    from sim.model.arrays import Floats
    from sim.model.crisis import Crisis, Observer
    from sim.model.theatre import Theatre

_KINDS: dict[np.dtype[Any], Kind] = {np.dtype("f4"): "float", np.dtype("?"): "bool", np.dtype("i2"): "int16"}
_WIDEST = 4  # bytes of the widest number in a row; after a row comes a line of the cache, so that rows do not compete
_SINGLES = 3  # place of the single numbers among what a loop is called with
_recorded: dict[Hashable, _Loops] = {}
_recording = Lock()


def play(crisis: Crisis, observer: Observer | None = None, days: int | None = None) -> Theatre:
    """Play all days of a crisis, or the first `days`, until all runs have ended; return the theatre with its record.

    The observer sees the days that it asks to look at, and some others. Of these it finds the theatre, `happened`,
    stances and postures in the crisis, and no more.
    """
    watch, last = observer or Unseen(), (crisis.horizon if days is None else days) - 1
    recording = Days(crisis)
    watch.start(crisis)
    while crisis.day < last and not crisis.is_over:
        recording.play(min(watch.next_look(crisis.day + 1), last) - crisis.day)
        watch.day_end(crisis)
    return crisis.theatre


class Days:
    """The days of a crisis, played from a recording; its numbers move to memory of their own."""

    def __init__(self, crisis: Crisis) -> None:
        self._crisis, self._numbers = crisis, _Numbers(crisis)
        numbers, self._given = self._numbers, self._numbers.given
        self._loops = _loops_of(crisis, numbers)
        layout, runs = self._loops.layout, in_loops(crisis.runs)
        used = [numbers.given[name.place] for name in layout.tables if name.of == "given"]
        self._most = 1 if any(one.reacts for one in used) else min(at_a_time(crisis.runs), crisis.horizon)
        rows = zeros((len(layout.rows), runs * _WIDEST + LINE), np.uint8)
        for name, row in zip(layout.rows, rows, strict=True):
            kind = numbers.kind(name)
            held = row[: crisis.runs * kind.itemsize].view(kind)
            held[:] = numbers.value(name)
            if name in self._loops.written:
                numbers.put(name, held)
        lines = _lines([numbers.value(name) for name in layout.lines], runs)
        self._singles, self._tables = self._by_day(), np.zeros(len(layout.tables), dtype=np.uint64)
        self._arrays = {
            name: zeros((self._most, runs), numbers.kind(name))
            for name in layout.tables
            if name.of == "number" or not isinstance(numbers.given[name.place], Daily)
        }
        self._memory = rows, lines, self._singles, self._tables, normal_quantiles()
        start, *others = (one.ctypes.data for one in self._memory)
        self._arguments = [start, rows.strides[0], *others, runs]

    def play(self, days: int) -> None:
        """Play the next days, at most this many."""
        first, days = self._crisis.day + 1, min(days, self._most)
        self._arguments[_SINGLES] = self._singles[first].ctypes.data
        for stage in self._loops.stages:
            for name in stage.tables:
                self._tables[self._loops.layout.tables[name]] = self._table(name, first, days).ctypes.data
            stage.loop(*self._arguments, days)
        for name in self._loops.kept:
            self._numbers.put(name, self._arrays[name][:days, : self._crisis.runs])
        self._crisis.day += days

    def _table(self, name: _Name, first: int, days: int) -> npt.NDArray[Any]:
        """Return an array over the days and the runs: what is given by day, or room for what is kept of each."""
        if name not in self._arrays:
            return self._given[name.place].bits(first, days)  # type: ignore[attr-defined]
        table = self._arrays[name]
        if name.of == "given":
            for day in range(days):
                table[day, : self._crisis.runs] = self._given[name.place].on(first + day)
        return table

    def _by_day(self) -> Floats:
        """Return the single numbers of each day, shape (days, numbers)."""
        names, days = self._loops.layout.singles, range(self._crisis.horizon)
        table = np.empty((len(days), len(names)), dtype=np.float32)
        for name, place in names.items():
            match name.of:
                case "given":
                    table[:, place] = [self._given[name.place].on(day) for day in days]
                case "day":
                    table[:, place] = days
                case "number":
                    table[:, place] = self._numbers.value(name)
        return table


def _lines(arrays: Sequence[Floats], runs: int) -> Floats:
    """Return the lines of some numbers of each run, shape (runs / `WIDTH`, numbers, `WIDTH`)."""
    lines = zeros((runs // WIDTH, len(arrays), WIDTH), np.float32)
    padded = np.zeros(runs, dtype=np.float32)
    for place, array in enumerate(arrays):
        padded[: len(array)] = array
        lines[:, place] = padded.reshape(-1, WIDTH)
    return lines


class _Name(NamedTuple):
    """Name of a number: its place among all numbers, or among those given by day; or that of the day itself."""

    of: Literal["number", "given", "day"]
    place: int

    def __str__(self) -> str:
        return f"{self.of}{self.place}"


_DAY = _Name("day", 0)


class _Place(NamedTuple):
    """A number of a crisis, and where it is kept."""

    holder: Holder
    key: Any
    value: Any


class _Numbers:
    """The numbers of a crisis in a fixed order.

    Attributes
    ----------
    places
        All numbers: single ones, and those for each run.
    given
        The numbers given by day.
    holders
        All lists and dicts that hold numbers.
    kinds
        Type of each number for each run; None for a single number.
    first
        For each number, the first that is the same array.
    """

    def __init__(self, crisis: Crisis) -> None:
        self.places: list[_Place] = []
        self.holders, self.given = exchange(crisis, crisis.runs, self._keep)
        self.kinds = [one.value.dtype if np.shape(one.value) else None for one in self.places]
        known: dict[int, int] = {}
        self.first = [
            place if kind is None else known.setdefault(id(one.value), place)
            for place, (one, kind) in enumerate(zip(self.places, self.kinds, strict=True))
        ]

    def _keep(self, holder: Holder, key: Any, value: Any) -> Any:
        self.places.append(_Place(holder, key, value))
        return value

    @property
    def key(self) -> Hashable:
        """What a recording depends on: which numbers are single, zero, or the same array as others."""
        zero = (kind is None and one.value == 0 for kind, one in zip(self.kinds, self.places, strict=True))
        given = tuple((type(one), one.is_single) for one in self.given)
        return tuple(zip(self.kinds, self.first, zero, strict=True)), given

    def value(self, name: _Name) -> Any:
        """Return a number; 0 for one given by day, or the day."""
        return self.places[name.place].value if name.of == "number" else 0

    def put(self, name: _Name, array: Any) -> None:
        """Let the crisis hold an array in place of a number."""
        holder, key, _ = self.places[name.place]
        holder[key] = array

    def first_of(self, name: _Name) -> _Name:
        """Return the name of the first number that is the same array."""
        return _Name("number", self.first[name.place])

    def check_own(self, name: _Name) -> None:
        """Raise RuntimeError if a number is single, or the same array as another."""
        if self.kinds[name.place] is None or self.first.count(self.first[name.place]) > 1:
            raise RuntimeError(f"expected an array of its own for {self.places[name.place].key}, which changes")

    def kind(self, name: _Name) -> np.dtype[Any]:
        """Return the type of a number for each run."""
        kind = self.kinds[name.place] if name.of == "number" else None
        return np.dtype(np.float32) if kind is None else kind


class _Stage(NamedTuple):
    """Some phases of a day: their loop, and what it finds in tables."""

    loop: Callable[..., None]
    tables: Sequence[_Name]


class _Loops(NamedTuple):
    """The loops of a day, and where they find all numbers.

    Attributes
    ----------
    written
        The numbers that change from day to day.
    kept
        Those that are kept of each day.
    """

    stages: Sequence[_Stage]
    layout: Layout[_Name]
    written: Sequence[_Name]
    kept: Sequence[_Name]


def _loops_of(crisis: Crisis, numbers: _Numbers) -> _Loops:
    """Return the loops of a crisis, which are recorded once for each structure."""
    key = structure(crisis.setting.scenario), numbers.key
    with _recording:
        if key not in _recorded:
            _recorded[key] = _record(crisis, numbers)
        return _recorded[key]


def _record(crisis: Crisis, numbers: _Numbers) -> _Loops:
    """Let the agents play a day for a recording, and compile it.

    Raises
    ------
    RuntimeError
        If a number changes from day to day that is not an array of its own.
    """
    takes = [_Take(crisis, numbers, phases) for phases in _stages(crisis, numbers)]
    used: set[_Name] = set().union(*(take.used for take in takes))
    changed: set[_Name] = set().union(*(take.results for take in takes))
    kept = sorted(name for name in changed if numbers.places[name.place].key in crisis.KEPT)
    seen = {name for name in changed if numbers.places[name.place].holder is crisis.happened}
    written = sorted(seen | {name for name in changed if numbers.first_of(name) in used})
    for name in written:
        numbers.check_own(name)
    layout = _layout(numbers, written, sorted(used.difference(written, [_DAY])), kept)
    return _Loops([take.stage(layout) for take in takes], layout, written, kept)


def _stages(crisis: Crisis, numbers: _Numbers) -> Sequence[Sequence[str]]:
    """Return the phases of a day in stages; in one, if all that is given by day is known in advance."""
    if any(one.reacts for one in numbers.given):
        return crisis.stages
    return [[phase for phases in crisis.stages for phase in phases]]


def _layout(numbers: _Numbers, written: Sequence[_Name], read: Sequence[_Name], kept: Sequence[_Name]) -> Layout[_Name]:
    """Give each number a place."""
    rows, singles, tables = list(written), [_DAY], list(kept)
    lines: list[_Name] = []
    for name in read:
        if name.of == "given":
            (singles if numbers.given[name.place].is_single else tables).append(name)
        elif numbers.kinds[name.place] is None:
            singles.append(name)
        else:
            (lines if numbers.kind(name) == np.float32 else rows).append(name)
    return Layout(*({name: place for place, name in enumerate(names)} for names in (rows, lines, singles, tables)))


class _Take:
    """What is recorded of some phases of a day.

    Attributes
    ----------
    results
        The numbers that the phases change, each with what it becomes.
    """

    def __init__(self, crisis: Crisis, numbers: _Numbers, phases: Sequence[str]) -> None:
        self._recording: Recording[_Name] = Recording()
        self._all = numbers
        self._inputs = {_DAY: self._recording.single(_DAY)}
        before = [(holder, holder.copy()) for holder in numbers.holders]
        order = iter(range(len(numbers.places)))
        exchange(crisis, crisis.runs, lambda holder, key, value: self._number(next(order)))
        crisis.day = self._inputs[_DAY]  # type: ignore[assignment]
        for place, one in enumerate(numbers.given):
            vars(one)["on"] = partial(_on, self._given(place))
        try:
            for phase in phases:
                getattr(crisis, phase)()
            self.results = dict(self._changed())
        finally:
            for one in numbers.given:
                del vars(one)["on"]
            for holder, held in before:
                _restore(holder, held)

    @property
    def used(self) -> list[_Name]:
        """The numbers that the phases use."""
        return [name for name, one in self._inputs.items() if one.is_used]

    def stage(self, layout: Layout[_Name]) -> _Stage:
        """Store the results that have a row, and compile the loop."""
        for name, result in self.results.items():
            if name in layout.rows or name in layout.tables:
                self._recording.store(name, _KINDS[self._all.kind(name)], result)
        return _Stage(self._recording.compiled(layout), [name for name in layout.tables if self._uses(name)])

    def _uses(self, name: _Name) -> bool:
        """Whether the phases read a number, or change it."""
        return name in self.results or self._inputs[name].is_used

    def _number(self, place: int) -> Recorded:
        """Return a number as recorded, the same for all that are the same array."""
        name = self._all.first_of(_Name("number", place))
        if name not in self._inputs:
            single = self._all.kinds[name.place] is None
            self._inputs[name] = self._recording.single(name) if single else self._array(name)
        return self._inputs[name]

    def _given(self, place: int) -> Recorded:
        """Return numbers given by day as recorded."""
        name, one = _Name("given", place), self._all.given[place]
        if isinstance(one, Daily):
            self._inputs[name] = self._recording.bits(name, quantiles=one.table is not None)
        else:
            self._inputs[name] = self._recording.single(name) if one.is_single else self._array(name)
        return self._inputs[name]

    def _array(self, name: _Name) -> Recorded:
        return self._recording.number(name, _KINDS[self._all.kind(name)])

    def _changed(self) -> Iterator[tuple[_Name, Recorded]]:
        """Yield the numbers that the phases have changed, each with what it has become."""
        for place, (holder, key, _) in enumerate(self._all.places):
            now = holder[key]
            if isinstance(now, Recorded) and now is not self._number(place):
                yield _Name("number", place), now


def _restore(holder: Holder, held: Holder) -> None:
    """Make a list or dict what it was."""
    if isinstance(holder, dict) and isinstance(held, dict):
        for key in holder.keys() - held:
            del holder[key]
        holder.update(held)
    else:
        holder[:] = held


def _on(recorded: Recorded, day: int) -> Recorded:
    return recorded
