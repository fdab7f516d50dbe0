"""How much the page takes at once."""

MAX_UPLOAD_BYTES = 128 << 20
"""Of one request, files and fields together: 128 MiB."""

MAX_DOOR_BYTES = 1 << 12
"""Of a form with the password, which anybody can send."""

MAX_CONNECTIONS = 64
"""At the same time, those that only ask how far the work is among them."""

MAX_FIELD_BYTES = 1 << 20
"""Of one field that is no file, such as a text: 1 MiB."""

MAX_PARTS = 24
"""Fields and files of one request."""

WORKERS = 2
"""Processes that work at the same time."""

PLACES = 8
"""Requests at the same time: those in work, those that wait, and those that still arrive."""

PATIENCE_SECONDS = 30.0
"""For the next bytes of an upload."""

GRACE_SECONDS = 0.5
"""For work that was cancelled, before its process is killed."""
