"""The command line. Every failure is one line on stderr with its own exit code."""

import os
import sys


def main() -> None:
    """Entry point of the `sshr` command."""
    from sshr.cli.signals import Watch
    from sshr.threads import SINGLE

    watch = Watch()
    watch.leave_at_once()
    # Before torch starts its threads: waiting threads that spin stall each other on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault(SINGLE, "1")  # tiles run side by side
    from sshr.cli.runner import run
    from sshr.cli.streams import ready_streams

    ready_streams()
    code = run(sys.argv[1:], watch)
    sys.exit(code)
