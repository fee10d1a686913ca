"""What happens to topics."""
