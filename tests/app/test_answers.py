"""Answers as JSON or as a form."""

import json

from sshr.app.answers import Answer, AnswerFile


def test_facts_alone_are_json() -> None:
    assert Answer({"a": 1}).body() == ("application/json", b'{"a": 1}')


def test_files_make_it_a_form() -> None:
    answer = Answer({"name": "ü"}, {"secret": AnswerFile("image/png", b"\r\n--\x00")})
    kind, body = answer.body()
    mark = kind.removeprefix("multipart/form-data; boundary=").encode()
    assert len(mark) == 32
    pieces = body.split(b"--" + mark)
    assert pieces[0] == b""
    assert pieces[3] == b"--"
    head, data = pieces[1].split(b"\r\n\r\n", 1)
    assert b'name="facts"' in head
    assert json.loads(data) == {"name": "ü"}
    assert pieces[2].endswith(b"Content-Type: image/png\r\n\r\n\r\n--\x00\r\n")
    assert answer.body()[0] != kind
    assert "x00" not in repr(answer)
    assert "ü" not in repr(answer)
