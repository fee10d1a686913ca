"""May this person? Small predicates, composed into named permissions. One file a feature."""
