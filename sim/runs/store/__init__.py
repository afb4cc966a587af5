"""The store of finished blocks of runs: in a folder, in one that many machines share, or on object storage."""

from sim.runs.store.store import Store, key_of, store_at

__all__ = ["Store", "key_of", "store_at"]
