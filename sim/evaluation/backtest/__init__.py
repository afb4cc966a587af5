"""The backtest: every historical case forecast as if unknown, and scored against simple baselines.

`forecasts` makes the forecasts, each without the case in question (or its whole area); `scores` scores them; `threats`
does both for the second sample; `backtest` puts all into plain values for reports. `fixed` scores a given posterior.
"""
