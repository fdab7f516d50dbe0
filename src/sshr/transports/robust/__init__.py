"""The robust transport: layers of bytes that survive what pictures meet on their way."""
