"""Searching, and the index."""
