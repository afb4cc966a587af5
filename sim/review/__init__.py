"""The review: a person goes through a draft of evidence, on a page or in the terminal. `offramp review` opens it.

`sheet` is the file with its revision and its articles, `answers` are the possible answers, `form` is an item being
edited; `server` and `dialogue` are the two user interfaces.
"""
