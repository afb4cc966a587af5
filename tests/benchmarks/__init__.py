"""Benchmarks: ratios measured in one run, printed as tables. Off by default; `make bench` runs them."""
