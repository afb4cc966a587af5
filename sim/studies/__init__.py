"""Questions about forecasts: each study runs scenarios and returns a frozen result with a plain record."""
