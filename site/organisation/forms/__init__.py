"""Forms validate input and decide nothing; one file a feature."""
