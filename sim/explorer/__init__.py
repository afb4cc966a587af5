"""The explorer: a live page on which a pressure is moved and the probability follows. `offramp explore` serves it.

`server` listens, `session` is one open page, `scheduler` shares two warm worker processes among all pages, `answer`
turns counts into what the page shows. docs/explorer.md says how it is used and why it is built so.
"""
