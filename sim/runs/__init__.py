"""Blocks of runs: played and counted, kept in a store, and mapped over workers."""
