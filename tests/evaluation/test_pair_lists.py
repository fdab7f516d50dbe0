"""Lists of pairs in every form, with prompts and without."""

import json

import pytest

from sshr.errors import UsageError
from sshr.evaluation.methods.method import Prompts
from sshr.evaluation.pair_lists import read_pairs


def written(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def test_names_in_columns_or_in_twos(tmp_path):
    text = "secret,reference\na/1.png,b/2.png\n"
    for name, content in (
        ("p.csv", text),
        ("p.tsv", text.replace(",", "\t")),
        ("p.json", json.dumps([["a/1.png", "b/2.png"]])),
        ("p2.json", json.dumps([{"secret": "a/1.png", "reference": "b/2.png"}])),
        ("p.yaml", "- {secret: a/1.png, reference: b/2.png}\n"),
    ):
        assert read_pairs(written(tmp_path, name, content)) == [("a/1.png", "b/2.png", None)]


def test_prompts_come_with_a_pair(tmp_path):
    text = "secret,reference,private,public\n1.png,2.png,a cat,a dog\n"
    expected = [("1.png", "2.png", Prompts("a cat", "a dog"))]
    assert read_pairs(written(tmp_path, "p.csv", text)) == expected


def test_files_of_unistega_are_read_as_they_are(tmp_path):
    text = """
- image_path: 1.png
  source_caption: a photo of a cat
  target_caption: a photo of a dog
  optional_control: none
- image_path: 2.png
  source_caption: ""
  target_caption: a lake
  optional_control: seg
- {image_path: 3.png, source_caption: x, target_caption: y, reference: refs/3.png}
"""
    assert read_pairs(written(tmp_path, "similar.yaml", text)) == [
        ("1.png", "2.png", Prompts("a photo of a cat", "a photo of a dog")),
        ("2.png", "3.png", Prompts("", "a lake")),
        ("3.png", "refs/3.png", Prompts("x", "y")),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.csv", "a,b\n1,2\n"),
        ("p.csv", "secret,reference\n"),
        ("p.csv", "secret,reference\n../x,1.png\n"),
        ("p.csv", "secret,reference\n1.png,/etc/2.png\n"),
        ("p.csv", "secret,reference\n1.png,\n"),
        ("p.csv", "secret\n1.png\n"),
        ("p.csv", "secret,reference,private\n1.png,2.png,a\n"),
        ("p.csv", "secret,reference\n1.png,2.png,3.png\n"),
        ("p.csv", "secret,reference\n1.png,2.png\n2.png,1.png\n1.png,2.png\n"),
        ("p.json", "[" * 100_000),
        ("p.yaml", "[" * 10_000),
        ("p.json", "{}"),
        ("p.json", "[3]"),
        ("p.json", "[["),
        ("p.yaml", "- {a: b: c}\n"),
        ("p.yaml", "- {image_path: 1.png, source_caption: 3, target_caption: x}\n"),
        ("p.yaml", "null\n"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(tmp_path, name, text):
    with pytest.raises(UsageError) as caught:
        read_pairs(written(tmp_path, name, text))
    assert "\n" not in str(caught.value)


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is no list of pairs"):
        read_pairs(tmp_path / "absent.csv")
