"""The analog transport: the network's picture, which fades with damage."""
