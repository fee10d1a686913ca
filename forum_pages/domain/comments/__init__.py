"""What happens to comments, and reactions to any post."""
