"""Proposals of a language model, only if asked: any server that speaks the OpenAI chat completions protocol.

A request holds paragraphs of an article; each item of the reply must quote its paragraph letter for letter. How good
the proposals of a real model are has not been measured.
"""
