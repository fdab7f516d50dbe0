"""The local page: the same work as the command line's, in a browser. Needs the extra `app`."""
