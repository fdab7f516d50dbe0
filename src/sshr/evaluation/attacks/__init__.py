"""Attacks with all checks bypassed, and what they show."""
