"""The explorer: a live page on which moving an input updates the probability. `offramp explore` serves it.

`server` listens, `session` is one open page, `scheduler` shares two warm worker processes among all pages, `answer`
turns counts into what the page shows. docs/explorer.md explains its use and its design.
"""
