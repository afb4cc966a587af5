"""`python -m sim` is `offramp`."""

import sys

try:
    from sim.cli import main

    if __name__ == "__main__":
        main()
except KeyboardInterrupt:  # before `main` answers signals
    sys.exit(130)
