"""Read marks."""
