"""What can be evaluated."""
