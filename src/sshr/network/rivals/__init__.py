"""The networks that the paper compares itself with, written from their publications."""
