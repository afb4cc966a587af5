"""A real scheduler with real workers on loopback, for tests."""
