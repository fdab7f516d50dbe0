"""The keys that the options, the environment or the user give.

Without --to and --identity a passphrase is needed. With them none is, unless --passphrase-file or
--ask-passphrase asks for one as well; then both are needed. SSHR_PASSPHRASE alone adds nothing to
them: a variable that was forgotten must not change what opens a stego.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from sshr.cli.passphrase import SECRETS, WITHOUT, key_source
from sshr.crypto.identity import PrivateKey, sender_fingerprint
from sshr.crypto.keyfile import is_key_text, read_private_key, read_public_key
from sshr.crypto.keys import Keys
from sshr.errors import KeyFileError, UsageError
from sshr.files.names import shown


def keys_for(
    passphrase_file: Path | None,
    without: bool,
    confirm: bool,
    *,
    ask: bool = False,
    recipients: Sequence[str] = (),
    signer: Path | None = None,
    identity: Path | None = None,
    sender: str | None = None,
    key_passphrase_file: Path | None = None,
) -> Keys:
    """The keys of one command.

    Args:
        passphrase_file: of the passphrase.
        without: the reference alone; says on stderr what that means.
        confirm: ask twice for the passphrase.
        ask: a passphrase is needed beside recipients or identity.
        recipients, sender: files of public keys, or the keys themselves.
        signer, identity: files of private keys.
        key_passphrase_file: of the passphrase that protects the private key.

    Raises:
        UsageError: contradicting options, an unreadable file, an empty passphrase, nobody to ask.
        KeyFileError: a key that cannot be used.
    """
    addressed = bool(recipients) or identity is not None
    if without and addressed:
        raise UsageError("--no-passphrase, the reference alone, contradicts --to and --identity")
    if without and (passphrase_file or ask):
        option = "--passphrase-file" if passphrase_file else "--ask-passphrase"
        raise UsageError(f"--no-passphrase and {option} contradict each other")
    if key_passphrase_file and not (signer or identity):
        raise UsageError("--key-passphrase-file is of no use without a private key")

    found = tuple(read_public_key(one).exchange for one in recipients)
    wanted = None if sender is None else _signing(sender)
    signing = None
    if signer:
        signing = private_key(signer, key_passphrase_file).signing
        if signing is None:
            raise KeyFileError(f"{shown(signer)}: an imported key cannot sign; see sshr keygen")
    own = private_key(identity, key_passphrase_file).exchange if identity else None

    passphrase = None
    if without:
        print(f"sshr: {WITHOUT}", file=sys.stderr)
    elif passphrase_file or ask or not addressed:
        passphrase = SECRETS.read(passphrase_file, confirm)
    return Keys(passphrase, found, own, signing, wanted)


def private_key(path: Path, passphrase_file: Path | None) -> PrivateKey:
    """A private key from its file; its passphrase is asked for if it has one."""
    return read_private_key(path, lambda: key_source(path).read(passphrase_file, confirm=False))


def sender_facts(found: bytes | None, asked: str | None) -> dict[str, str | None]:
    """Who has signed, for JSON: fingerprint, and the name of the key that was asked for.

    Args:
        found: raw Ed25519 public key of the verified signature.
        asked: what --sender gave.
    """
    sender = None if found is None else sender_fingerprint(found)
    return {"sender": sender, "sender_name": _name(asked)}


def signature_words(found: bytes | None, asked: str | None, intact: bool) -> str:
    """Who has signed, in words, and whether the picture is still what was signed."""
    if found is None:
        return "not signed"
    name, digits = _name(asked), sender_fingerprint(found)
    who = f"{shown(name)} ({digits})" if name else f"the key {digits}"
    return f"signed by {who}" + ("" if intact else ", but changed since")


def _name(asked: str | None) -> str | None:
    """The key's file without folder and suffix; a key given as text has no name."""
    return None if asked is None or is_key_text(asked) else Path(asked).stem


def _signing(sender: str) -> bytes:
    key = read_public_key(sender).signing
    if key is None:
        raise KeyFileError(f"{shown(sender)}: an imported key cannot sign, so it sends nothing")
    return key
