from sshr.crypto.session import Session

SESSION = Session.of(bytes(range(32)), bytes(range(16)), bytes(range(32, 64)))


def test_subkeys_differ_and_keys_stay_out_of_the_representation() -> None:
    assert SESSION.subkey(b"metadata") != SESSION.subkey(b"payload")
    assert SESSION.key.hex() not in repr(SESSION)
    assert repr(SESSION.key) not in repr(SESSION)
