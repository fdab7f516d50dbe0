"""What a form gives, as the Python API takes it: pictures, secrets and keys, all from memory."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sshr.app.faults import RequestFault
from sshr.app.forms import Form
from sshr.errors import KeyFileError
from sshr.files.names import shown
from sshr.files.text import decode_text

if TYPE_CHECKING:
    from sshr.crypto.identity import PrivateKey, PublicKey
    from sshr.crypto.keys import Keys
    from sshr.imaging.reading import Picture
    from sshr.transports.secret import Secret

PASSPHRASE, KEY, REFERENCE_ALONE = "passphrase", "key", "reference"
_LOCKS = (PASSPHRASE, KEY, REFERENCE_ALONE)
_Key = TypeVar("_Key")


def picture(form: Form, name: str, *, srgb: bool = False, received: bool = False) -> "Picture":
    """A picture that was sent, see `sshr.imaging.reading.decode_image`.

    Raises:
        ImageError: it cannot be read.
        RequestFault: it was not sent.
    """
    from sshr.errors import ImageError
    from sshr.imaging.reading import decode_image

    file = form.file(name, f"the {name}")
    called = shown(file.name) or name
    if not file.data:
        raise ImageError(f"{called}: is empty (0 bytes).")
    return decode_image(file.data, called, srgb=srgb, received=received)


def secret(form: Form) -> "Secret | None":
    """The picture, file or text to conceal; None where none was sent.

    Raises:
        ImageError: it cannot be read.
        RequestFault: several were sent.
        UsageError: a text that is none.
    """
    from sshr.errors import UsageError
    from sshr.imaging.secret import opaque
    from sshr.transports.secret import Blob

    sent = [name for name in ("secret", "file", "text") if name in form.files]
    if len(sent) > 1:
        raise RequestFault(400, "send one secret: a picture, a file or a text")
    if not sent:
        return None
    if sent == ["secret"]:
        return opaque(picture(form, "secret", srgb=True))
    given = form.files[sent[0]]
    if sent == ["file"]:
        return Blob(given.data, given.name)
    try:
        return Blob.text(given.data.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError("the text is not valid Unicode; conceal it as a file") from None


def sender_keys(form: Form) -> "Keys":
    """Keys to conceal with.

    Raises:
        UsageError, KeyFileError: they cannot be used.
    """
    from sshr.crypto.keys import Keys
    from sshr.crypto.keytext import publics_from_text

    lock, signer = _lock(form), None
    if "signer" in form.files:
        signer = private_key(form, "signer", "signer_passphrase").signing
        if signer is None:
            name = shown(form.files["signer"].name)
            raise KeyFileError(f"{name}: this imported key cannot sign; see sshr keygen")
    recipients: tuple[bytes, ...] = ()
    if lock == KEY:
        text = form.text("recipients")
        found, _ = _named("recipients", lambda: publics_from_text(text))
        recipients = tuple(key.exchange for key in found)
    return Keys(
        _passphrase(form, lock),
        recipients,
        signer=signer,
        note=form.text("note").strip(),
        reference_alone=lock == REFERENCE_ALONE,
    )


def recipient_count(form: Form) -> int:
    """How many there are, as far as the form says who is to reveal."""
    if form.text("lock") != KEY:
        return 0
    lines = [line.strip() for line in form.text("recipients").splitlines()]
    return max(len({line for line in lines if line and not line.startswith("#")}), 1)


def reader_keys(form: Form) -> "Keys":
    """Keys to reveal with.

    Raises:
        UsageError, KeyFileError: they cannot be used.
        RequestFault: the private key was not sent.
    """
    from sshr.crypto.keys import Keys

    lock, sender = _lock(form), None
    if form.text("sender").strip():
        sender = public_key(form.text("sender"), "sender").signing
        if sender is None:
            raise KeyFileError("sender: this imported key cannot sign, so it sends nothing")
    own = private_key(form, "identity", "identity_passphrase").exchange if lock == KEY else None
    alone = lock == REFERENCE_ALONE
    return Keys(_passphrase(form, lock), identity=own, sender=sender, reference_alone=alone)


def private_key(form: Form, name: str, passphrase: str) -> "PrivateKey":
    """A private key from its file's text; `passphrase` names the field that opens it.

    Raises:
        KeyFileError: not a private key, or its passphrase is missing or wrong.
        RequestFault: it was not sent.
    """
    from sshr.crypto.keys import passphrase_bytes
    from sshr.crypto.keytext import private_from_text

    file, word = form.file(name, "the private key"), passphrase_bytes(form.text(passphrase))

    def parse() -> "PrivateKey":
        try:
            text = decode_text(file.data)
        except ValueError:
            raise KeyFileError("is not text, so it is no key file") from None
        return private_from_text(text, (lambda: word) if word else None)

    return _named(file.name or name, parse)


def public_key(text: str, name: str) -> "PublicKey":
    """The one public key of a text.

    Raises:
        KeyFileError: it is none.
    """
    from sshr.crypto.keytext import public_from_text

    return _named(name, lambda: public_from_text(text))


def _lock(form: Form) -> str:
    """Who may reveal, by the form's word.

    Raises:
        RequestFault: it is none of them.
    """
    lock = form.text("lock") or PASSPHRASE
    if lock not in _LOCKS:
        raise RequestFault(400, f"'lock' is one of {', '.join(_LOCKS)}")
    return lock


def _passphrase(form: Form, lock: str) -> bytes | None:
    """The passphrase; beside a key there may be one as well."""
    from sshr.crypto.keys import passphrase_bytes

    typed = form.text("passphrase")
    if lock == REFERENCE_ALONE or (lock == KEY and not typed):
        return None
    return passphrase_bytes(typed)


def _named(name: str, parse: Callable[[], _Key]) -> _Key:
    """What `parse` gives; its errors begin with the name."""
    try:
        return parse()
    except KeyFileError as error:
        raise KeyFileError(f"{shown(name)}: {error}") from None
