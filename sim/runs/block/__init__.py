"""Blocks of runs: played, watched and counted. A block is the unit of work, of seeding and of storage."""
