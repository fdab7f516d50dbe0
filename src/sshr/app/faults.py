"""What goes wrong between page and server, with the status that the browser gets."""

from sshr.errors import SshrError, UsageError


class RequestFault(Exception):
    """A request that is refused, or that cannot be answered now.

    Attributes:
        status: of HTTP.
        kind: a word for programs; the class of the error, if it is one of sshr's.
        exit_code: what the command line would return for it; 0 where it knows no such fault.
    """

    def __init__(self, status: int, words: str, kind: str = "Request", exit_code: int = 0) -> None:
        super().__init__(words)
        self.status, self.kind, self.exit_code = status, kind, exit_code

    def __reduce__(self) -> tuple[type["RequestFault"], tuple[int, str, str, int]]:
        return RequestFault, (self.status, str(self), self.kind, self.exit_code)

    @classmethod
    def of(cls, error: Exception) -> "RequestFault":
        """The same words as the command line's, for what work has raised."""
        if isinstance(error, RequestFault):
            return error
        if isinstance(error, SshrError):
            status = 400 if isinstance(error, UsageError) else 422
            return cls(status, " ".join(str(error).split()), type(error).__name__, error.exit_code)
        if isinstance(error, MemoryError):
            return cls(422, "not enough memory for pictures of this size", "MemoryError", 1)
        return cls(500, f"unexpected {type(error).__name__}: {error}", "Unexpected", 1)


class CancelledFault(Exception):
    """Whoever asked for the work does not want it any more."""
