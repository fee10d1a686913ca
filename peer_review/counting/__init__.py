"""Scores and disclosure control. Pure: arrays in, figures out; no database, no person, no Django."""
