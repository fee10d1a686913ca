"""What moderators do, and what they are asked to look at."""
