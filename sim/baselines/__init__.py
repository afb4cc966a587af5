"""Baselines: the forecasts of simple rules for a scenario, to compare the model's forecast with.

Rules on the positions of the actors (`positions`, with `choice` and `challenge`), a logistic regression on two features
(`logistic`), and the share of comparable cases (`base_rate`), all learnt from the table of past cases (`cases`) and
combined by `panel`; `pool` makes one forecast of several. Nothing here simulates.
"""
