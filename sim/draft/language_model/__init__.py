"""Optional proposals from a language model on any server that speaks the OpenAI chat completions protocol.

A request contains paragraphs of an article; each item of the reply must quote its paragraph verbatim. The quality of
a real model's proposals has not been measured.
"""
