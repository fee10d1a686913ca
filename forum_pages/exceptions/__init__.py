"""Named refusals. One file a feature; nothing is re-exported, so an import names the feature."""
