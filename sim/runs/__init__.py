"""Blocks of runs: played and counted, kept, and mapped over workers."""
