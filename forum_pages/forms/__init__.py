"""Forms validate input and decide nothing. One file a feature."""
