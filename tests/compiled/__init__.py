"""Rules of one run, and the loops that they are compiled to."""
