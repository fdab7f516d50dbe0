"""What a form gives, as the Python API takes it."""

import pytest

from sshr.app.faults import RequestFault
from sshr.app.forms import Form, UploadedFile
from sshr.app.given import picture, public_key, reader_keys, recipient_count, secret, sender_keys
from sshr.crypto.keytext import new_pair
from sshr.errors import ImageError, KeyFileError, UsageError
from sshr.transports.kind import Kind

PUBLIC, PRIVATE = new_pair(random=lambda count: bytes(range(count)))
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


def form(fields: dict[str, str], **files: bytes) -> Form:
    return Form(fields, {name: UploadedFile(f"{name}.x", data) for name, data in files.items()})


def test_secrets_of_all_kinds() -> None:
    text = secret(form({}, text="à midi\n".encode()))
    assert (text.kind, text.data) == (Kind.TEXT, "à midi\n".encode())  # type: ignore[union-attr]
    file = secret(form({}, file=b"\xff"))
    assert (file.kind, file.name) == (Kind.FILE, "file.x")  # type: ignore[union-attr]
    assert secret(form({})) is None
    with pytest.raises(UsageError, match="not valid Unicode"):
        secret(form({}, text=b"\xff"))
    with pytest.raises(RequestFault, match="send one secret"):
        secret(form({}, text=b"1", file=b"2"))


def test_a_picture_is_named_in_messages() -> None:
    with pytest.raises(ImageError, match=r"^stego\.x: is empty"):
        picture(form({}, stego=b""), "stego")
    with pytest.raises(RequestFault, match="the stego is missing"):
        picture(form({}), "stego")


def test_keys_to_conceal_with() -> None:
    keys = sender_keys(form({"passphrase": "dust", "note": " for Bob "}, signer=PRIVATE.encode()))
    assert keys.passphrase == b"dust"
    assert keys.signer is not None
    assert keys.note == "for Bob"
    given = {"lock": "key", "recipients": f"# two\n{PUBLIC.text}\n{AGE}\n", "passphrase": ""}
    keys = sender_keys(form(given))
    assert len(keys.recipients) == 2
    assert keys.passphrase is None
    assert recipient_count(form(given)) == 2
    assert recipient_count(form({"lock": "passphrase", "recipients": "a\nb"})) == 0
    assert recipient_count(form({"lock": "key"})) == 1
    assert sender_keys(form({"lock": "reference", "passphrase": "x"})).reference_alone


def test_keys_to_reveal_with() -> None:
    given = {"lock": "key", "passphrase": "both", "sender": PUBLIC.text}
    keys = reader_keys(form(given, identity=PRIVATE.encode()))
    assert keys.identity is not None
    assert keys.passphrase == b"both"
    assert keys.sender == PUBLIC.signing
    with pytest.raises(KeyFileError, match="sender: this imported key cannot sign"):
        reader_keys(form({"passphrase": "x", "sender": AGE}))


def test_a_key_is_named_in_messages() -> None:
    with pytest.raises(KeyFileError, match=r"^identity\.x: is not text"):
        reader_keys(form({"lock": "key"}, identity=b"\xff\xfe\x00"))
    with pytest.raises(KeyFileError, match=r"^sender: it is no sshr key"):
        public_key("garbage", "sender")
