"""Hostile and mutated scenario files, made by the tests."""
