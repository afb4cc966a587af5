"""Tests of the papers in docs/: what they say about the code is held against the code."""
