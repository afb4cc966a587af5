"""How good the model is: past cases, scores, calibration, backtests and the ledger of published forecasts."""
