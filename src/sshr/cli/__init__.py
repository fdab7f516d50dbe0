"""The command line. Every failure is one line on stderr with its own exit code."""

import os
import sys


def main() -> None:
    """Entry point of the `sshr` command."""
    # Before torch starts its threads: waiting threads that spin stall each other on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from sshr.cli.runner import raise_on_sigterm, run

    raise_on_sigterm()
    sys.exit(run(sys.argv[1:]))
