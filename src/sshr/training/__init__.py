"""Training: recipes, data, losses, and runs that survive bad steps and kills."""
