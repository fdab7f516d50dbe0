"""What is said of a key or a reveal, in the same words by the command line and the page."""

from sshr.crypto.identity import PublicKey, sender_fingerprint
from sshr.files.names import shown
from sshr.header.fingerprint import in_words

CHANGED = "warning: the stego was changed after it was written"
WITHOUT = (
    "no passphrase: whoever holds the reference photograph and this program can reveal the secret"
)


def came_through(channel: str, intact: bool) -> str:
    """What seems to have happened to a stego on its way; empty if there is nothing to say."""
    if channel:
        return f"the stego came through: {channel}"
    return "" if intact else CHANGED


def signed_words(found: bytes | None, intact: bool, name: str | None = None) -> str:
    """Who has signed, in words, and whether the picture is still what was signed.

    Args:
        found: raw Ed25519 public key of the verified signature.
        name: of the sender who was asked for.
    """
    if found is None:
        return "not signed" if intact else "changed, so nobody vouches for it"
    digits = sender_fingerprint(found)
    who = f"{shown(name)} ({digits})" if name else f"the key {digits}"
    return ("" if intact else "changed on its way; what came through is ") + f"signed by {who}"


def key_facts(key: PublicKey) -> dict[str, str | None]:
    """What is to be known of a public key, by name; None where an imported key has nothing.

    `words` are the fingerprint's first 66 bits as six words, to be read to each other.
    """
    signing = key.signing
    return {
        "key": key.text if key.proof else None,
        "fingerprint": key.fingerprint,
        "words": in_words(bytes.fromhex(key.fingerprint.replace("-", ""))),
        "signs_as": None if signing is None else sender_fingerprint(signing),
    }
