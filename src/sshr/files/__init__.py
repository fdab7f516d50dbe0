"""Names, texts and outputs: what every part needs of the file system."""
