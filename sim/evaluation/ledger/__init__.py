"""The ledger: forecasts written down before the outcome, outcomes entered after, scores from both.

An append-only file of JSON lines in which each entry holds the digest of the one before, written so that it is either
complete or unchanged, by one writer at a time (`chain`). `entry` is one line, `questions` enters forecasts and
outcomes, `score` scores them. docs/ledger.md describes the format and what it can and cannot prove.
"""
