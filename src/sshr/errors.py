"""Every failure a user can meet, with the exit code that the command line returns for it.

Codes 3 to 6 are the outcomes of a reveal that a user must be able to tell apart (docs/security.md).
"""


class SshrError(Exception):
    """Base of all errors with a message meant for the user: one line that says what to do."""

    exit_code = 1


class UsageError(SshrError):
    """The request itself makes no sense: a bad option, an empty passphrase."""

    exit_code = 2


class MismatchError(SshrError):
    """Reference and stego do not belong together (other size, or PSNR below 30 dB)."""

    exit_code = 3


class WrongKeyError(SshrError):
    """The header is intact, but the passphrase or key given does not open it."""

    exit_code = 4


class DamagedError(SshrError):
    """The header was written for this reference and has been changed since."""

    exit_code = 5


class NothingFoundError(SshrError):
    """The image looks like the reference but holds nothing that this exact reference opens."""

    exit_code = 6


class ImageError(SshrError):
    """An input picture is missing, unreadable, too small or of a kind that is not supported."""

    exit_code = 7


class OutputError(SshrError):
    """The output cannot be written: it exists, its name is lossy, or its folder refuses."""

    exit_code = 8


class CheckpointError(SshrError):
    """A checkpoint or preset is unknown, corrupted or foreign."""

    exit_code = 9


class DeviceError(SshrError):
    """The device asked for is not there."""

    exit_code = 10


class RecipeError(SshrError):
    """A training recipe is missing, not YAML, or asks for something that does not exist."""

    exit_code = 11


class TrainingError(SshrError):
    """Training cannot start or go on: no usable photographs, nothing to resume, divergence."""

    exit_code = 12


class SignatureError(SshrError):
    """The sender's signature is not valid, or is not that of the sender who was asked for."""

    exit_code = 13


class KeyFileError(SshrError):
    """A key or key file is missing, of a wrong kind, damaged, protected or open to others."""

    exit_code = 14


class TooSmallError(ImageError):
    """The reference has too few samples to carry the header."""


class NewerVersionError(SshrError):
    """The stego, or a key, was made by a newer version of sshr than this one."""

    exit_code = 16


class EvaluationError(SshrError):
    """An evaluated method broke its contract, or figures contradict each other."""

    exit_code = 15
