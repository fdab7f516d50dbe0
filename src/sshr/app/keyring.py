"""The page's keys and references: what two people compare."""

from sshr.app.answers import Answer
from sshr.app.faults import RequestFault
from sshr.app.forms import Form
from sshr.app.given import picture, private_key, public_key
from sshr.progress import Progress


def new_key(form: Form, progress: Progress) -> Answer:
    """A new pair; with a passphrase the private key is protected by it.

    Raises:
        UsageError: the passphrase is no text.
    """
    from sshr.crypto.keys import passphrase_bytes
    from sshr.crypto.keytext import new_pair
    from sshr.pipeline.words import key_facts

    word = passphrase_bytes(form.text("passphrase"))
    public, private = new_pair(word or None)
    return Answer({"private": private, "protected": bool(word), **key_facts(public)})


def show_key(form: Form, progress: Progress) -> Answer:
    """The fingerprints of a public key, or of the public half of a private one.

    Raises:
        KeyFileError: it is no key, or its passphrase is missing or wrong.
        RequestFault: there is none.
    """
    from sshr.crypto.keytext import is_private_text
    from sshr.files.text import decode_text
    from sshr.pipeline.words import key_facts

    if "key" not in form.files:
        if not form.text("key").strip():
            raise RequestFault(400, "the key is missing")
        return Answer(key_facts(public_key(form.text("key"), "the key")))
    try:
        text = decode_text(form.files["key"].data)
    except ValueError:
        text = ""
    if is_private_text(text):
        return Answer(key_facts(private_key(form, "key", "passphrase").public))
    return Answer(key_facts(public_key(text, form.files["key"].name or "the key")))


def compare(form: Form, progress: Progress) -> Answer:
    """The six words of a reference, to the last sample.

    Raises:
        ImageError: it cannot be read.
    """
    from sshr.header.fingerprint import fingerprint

    read = picture(form, "reference")
    height, width = read.size
    facts = {"fingerprint": fingerprint(read.rgb), "width": width, "height": height}
    return Answer(facts | {"notes": list(read.notes), "inexact": read.inexact})
