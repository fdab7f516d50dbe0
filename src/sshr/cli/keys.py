"""The keys that the options, the environment or the user give.

Without --to and --identity a passphrase is needed. With them none is, unless --passphrase-file or
--ask-passphrase asks for one as well; then both are needed. SSHR_PASSPHRASE alone adds nothing to
them: a variable that was forgotten must not change what opens a stego.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sshr.cli.options import KeyPassphraseFile
from sshr.cli.passphrase import SECRETS, STREAM_NAME, key_source
from sshr.cli.printing import say
from sshr.errors import KeyFileError, UsageError
from sshr.files.names import shown

if TYPE_CHECKING:
    from sshr.crypto.identity import PrivateKey
    from sshr.crypto.keys import Keys

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        help="File with the passphrase (- is standard input); else SSHR_PASSPHRASE, else asked."
    ),
]
NoPassphrase = Annotated[
    bool, typer.Option("--no-passphrase", help="Rely on the reference alone (weak).")
]
AskPassphrase = Annotated[
    bool,
    typer.Option("--ask-passphrase", help="A passphrase as well as the key: both are needed."),
]


@dataclass(frozen=True)
class _KeyGroup:
    """What both directions have."""

    passphrase_file: PassphraseFile = None
    no_passphrase: NoPassphrase = False
    ask_passphrase: AskPassphrase = False
    key_passphrase_file: KeyPassphraseFile = None

    @property
    def streams(self) -> list[str]:
        """Options that read standard input."""
        return ["--passphrase-file"] if str(self.passphrase_file) == STREAM_NAME else []

    def _passphrase(self, addressed: bool, private: Path | None, confirm: bool) -> bytes | None:
        if self.no_passphrase and addressed:
            raise UsageError(
                "--no-passphrase, the reference alone, contradicts --to and --identity"
            )
        if self.no_passphrase and (self.passphrase_file or self.ask_passphrase):
            option = "--passphrase-file" if self.passphrase_file else "--ask-passphrase"
            raise UsageError(f"--no-passphrase and {option} contradict each other")
        if self.key_passphrase_file and not private:
            raise UsageError("--key-passphrase-file is of no use without a private key")
        if self.no_passphrase:
            from sshr.pipeline.words import WITHOUT

            print(f"sshr: {WITHOUT}", file=sys.stderr)
            return None
        if self.passphrase_file or self.ask_passphrase or not addressed:
            return SECRETS.read(self.passphrase_file, confirm)
        return None


@dataclass(frozen=True)
class SenderGroup(_KeyGroup):
    """Keys to conceal with."""

    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="FILE_OR_KEY",
            help="A recipient's public key (sshr1..., age1..., ssh-ed25519 ...); repeatable.",
        ),
    ] = None
    signer: Annotated[
        Path | None, typer.Option("--from", help="Your private key (.key), to sign with.")
    ] = None

    note: Annotated[
        str,
        typer.Option(
            "--note", help="For whom or what it is meant; shown at the reveal, and signed."
        ),
    ] = ""

    @property
    def recipients(self) -> int:
        """How many there are."""
        return len(dict.fromkeys(self._recipients()))

    def _recipients(self) -> tuple[bytes, ...]:
        """All that `--to` names; what a list holds of other keys is said."""
        if not self.to:
            return ()
        from sshr.crypto.keyfile import read_public_keys

        found: list[bytes] = []
        for one in self.to:
            keys, others = read_public_keys(one)
            found += [key.exchange for key in keys]
            if others:
                say(f"{shown(one)}: {others} SSH keys for other algorithms are left out")
        return tuple(found)

    def read(self) -> "Keys":
        """The keys; a passphrase is asked for twice.

        Raises:
            UsageError: contradicting options, an unreadable file, an empty passphrase, nobody to
                ask.
            KeyFileError: a key that cannot be used.
        """
        from sshr.crypto.keys import Keys

        recipients = self._recipients()
        signing = None
        if self.signer:
            signing = private_key(self.signer, self.key_passphrase_file).signing
            if signing is None:
                name = shown(self.signer)
                raise KeyFileError(f"{name}: this imported key cannot sign; see sshr keygen")
        passphrase = self._passphrase(bool(self.to), self.signer, confirm=True)
        alone = self.no_passphrase
        return Keys(passphrase, recipients, signer=signing, note=self.note, reference_alone=alone)


@dataclass(frozen=True)
class ReaderGroup(_KeyGroup):
    """Keys to reveal with."""

    identity: Annotated[
        Path | None,
        typer.Option(
            help="Private key (.key, age or OpenSSH) of a recipient, instead of a passphrase."
        ),
    ] = None
    sender: Annotated[
        str | None,
        typer.Option(metavar="FILE_OR_KEY", help="Refuse what this public key has not signed."),
    ] = None

    def read(self) -> "Keys":
        """The keys.

        Raises:
            UsageError, KeyFileError: see `SenderGroup.read`.
        """
        from sshr.crypto.keys import Keys

        wanted = None
        if self.sender is not None:
            from sshr.crypto.keyfile import read_public_key

            wanted = read_public_key(self.sender).signing
            if wanted is None:
                name = shown(self.sender)
                raise KeyFileError(f"{name}: this imported key cannot sign, so it sends nothing")
        own = None
        if self.identity:
            own = private_key(self.identity, self.key_passphrase_file).exchange
        passphrase = self._passphrase(self.identity is not None, self.identity, confirm=False)
        alone = self.no_passphrase
        return Keys(passphrase, identity=own, sender=wanted, reference_alone=alone)

    def facts(self, found: bytes | None) -> dict[str, str | None]:
        """Who has signed, for JSON: fingerprint, and the name of the key that was asked for.

        Args:
            found: raw Ed25519 public key of the verified signature.
        """
        from sshr.crypto.identity import sender_fingerprint

        signed = None if found is None else sender_fingerprint(found)
        return {"sender": signed, "sender_name": self._sender_name}

    def words(self, found: bytes | None, intact: bool) -> str:
        """Who has signed, in words, and whether the picture is still what was signed."""
        from sshr.pipeline.words import signed_words

        return signed_words(found, intact, self._sender_name)

    @property
    def _sender_name(self) -> str | None:
        """The key's file without folder and suffix; a key given as text has no name."""
        asked = self.sender
        if asked is None:
            return None
        from sshr.crypto.keyfile import is_key_text

        return None if is_key_text(asked) else Path(asked).stem


def private_key(path: Path, passphrase_file: Path | None) -> "PrivateKey":
    """A private key from its file; its passphrase is asked for if it has one."""
    from sshr.crypto.keyfile import read_private_key

    return read_private_key(path, lambda: key_source(path).read(passphrase_file, confirm=False))
