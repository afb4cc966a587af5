"""Baselines: what simple rules say of a scenario, to compare the forecast of the model with.

Rules on the positions of the actors (`positions`, with `choice` and `challenge`), a logistic regression on two features
(`logistic`), and the share of comparable cases (`base_rate`), all learnt from the table of past cases (`cases`) and
put together by `panel`; `pool` makes one forecast of several. Nothing here simulates.
"""
