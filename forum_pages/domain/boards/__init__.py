"""The state of boards."""
