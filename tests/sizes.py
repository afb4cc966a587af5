"""How large the statistical tests are: small for everyday, as stated in their docstrings with `--full`.

`conftest.py` sets it from the command line before any test is read.
"""

from __future__ import annotations

full = False
