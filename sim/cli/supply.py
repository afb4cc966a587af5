"""Where a command's blocks of runs come from: the store it was given, if any, and whoever plays what that lacks."""

from __future__ import annotations

from sim.executors import Executor
from sim.store import Store
from sim.studies.gates.kept import Keeper
from sim.studies.gates.supplier import Player, Supplier


def store_at(place: str | None) -> Store | None:
    """Return the store at a place; None where none is wanted.

    Raises
    ------
    StoreError
        Where there can be no such store.
    """
    if place is None:
        return None
    store = Store(place)
    store.check_usable()
    return store


def supplier_of(store: Store | None, executor: Executor) -> Supplier:
    """Return a supplier of blocks: from a store that keeps what is played, or by play alone."""
    return Player(executor) if store is None else Keeper(store, executor)
