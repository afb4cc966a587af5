"""The backtest: every historical case forecast as if unknown, and scored against simple baselines.

`forecasts` makes the forecasts, each without the case in question (or its whole area); `scores` scores them; `record`
puts both into plain values for reports.
"""
