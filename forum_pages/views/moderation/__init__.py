"""The moderators' queue and their actions."""
