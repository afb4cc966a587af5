"""The backtest: every historical case forecast as if it were not known, and scored against simple baselines.

`forecasts` makes the forecasts, each from cases that leave out the one forecast (or its whole area); `scores` scores
them; `record` puts both into plain values for reports.
"""
