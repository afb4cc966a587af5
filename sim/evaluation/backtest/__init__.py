"""The backtest: every historical case forecast as if it were not known, beside simple baselines, and scored.

`forecasts` makes the forecasts, each from cases that leave out the one forecast (or its whole area); `scores` scores
them; `record` puts both into plain values for reports.
"""
