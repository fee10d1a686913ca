"""What happens: one function per verb. Callers check permission; these check state, write, record, and signal."""
