"""The review: a person goes through a draft of evidence, as a page or in the terminal. `offramp review` opens it.

`sheet` is the file with its revision, `answers` are what a person may say, `form` is an item as it is edited, `texts`
are the articles where they are at hand; `server` and `dialogue` are the two ways to see them.
"""
