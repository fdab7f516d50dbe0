"""How a secret rides in a stego: one folder for each way, one table of all."""
