"""Which rows? Chainable reads, no writes. One file a feature."""
