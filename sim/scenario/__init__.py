"""The scenario language: YAML files in, one frozen `Scenario` out, all faults at once."""
