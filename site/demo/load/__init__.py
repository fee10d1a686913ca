"""Loads the reference organisation, part by part. Each part leaves alone what an earlier run has made."""
