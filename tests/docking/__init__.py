"""Docking: the fast model against an independent plain one."""
