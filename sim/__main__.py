"""`python -m sim` is `offramp`."""

from sim.cli import main

if __name__ == "__main__":
    main()
