"""Files as they are found: what a reader makes of them, and where it can go on."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from c360.domain.errors import UsageError
from c360.importing.csv_file import CsvFile
from c360.importing.json_file import JsonFile
from c360.importing.parquet_file import ParquetFile


def read(reader, position=0):
    names = {column.name for column in reader.columns()}
    return [json.loads(row.content) if row.content else row.code for row in reader.rows(position, names)]


@pytest.fixture
def csv_file(tmp_path):
    def make(content, **options):
        path = tmp_path / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CsvFile(path, **options)

    return make


@pytest.fixture
def json_file(tmp_path):
    def make(content, named=()):
        path = tmp_path / "people.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return JsonFile(path, named=set(named))

    return make


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (
            'id,name\n1,"Nguyễn, An"\n2,"An ""Bo"" Trần"\n',
            [{"id": "1", "name": "Nguyễn, An"}, {"id": "2", "name": 'An "Bo" Trần'}],
        ),
        ("\ufeffid,name\r\n1,An\r\n\r\n2,Bình", [{"id": "1", "name": "An"}, {"id": "2", "name": "Bình"}]),
        (
            'id,note\n1,"two\r\nlines, one\nfield"\n2,x\n',
            [{"id": "1", "note": "two\r\nlines, one\nfield"}, {"id": "2", "note": "x"}],
        ),
        ('\ufeff"id","name"\n1,An\n', [{"id": "1", "name": "An"}]),
        ("id;name\n1;a,b\n", [{"id": "1", "name": "a,b"}]),
        ("id\tname\n1\t\n", [{"id": "1"}]),
        ("id,name\n1\n2,x,y\n3,An\n", ["U1431", "U1431", {"id": "3", "name": "An"}]),
        ('id,name\n1,"open\n2,An\n3,Bo\n', ["U1431", {"id": "2", "name": "An"}, {"id": "3", "name": "Bo"}]),
        ('id,name\n1,"open\n2,"An"\n3,Bo\n', ["U1431", {"id": "2", "name": "An"}, {"id": "3", "name": "Bo"}]),
        ('id,name\n1,"An"x\n3,Bo\n', ["U1431", {"id": "3", "name": "Bo"}]),
        (b"id,name\n1,caf\xe9\n2,An\n", ["U1432", {"id": "2", "name": "An"}]),
        (b"id,name\n1,a\x00b\n2,An\n", ["U1432", {"id": "2", "name": "An"}]),
        ("id,name,\n1,An,\n", [{"id": "1", "name": "An"}]),
        ("id,name\n1,back\\slash\n", [{"id": "1", "name": "back\\slash"}]),
        ("id,name\n1," + "x" * 3_000_000 + "\n2,An\n", ["U1436", {"id": "2", "name": "An"}]),
        ("id,name\n", []),
    ],
)
def test_csv_is_read_as_it_is_found(csv_file, content, rows):
    assert read(csv_file(content)) == rows


def test_an_open_quote_costs_one_row_however_long_the_file(csv_file):
    rows = read(csv_file('id,name\n0,"open\n' + "".join(f"{number},An\n" for number in range(1, 5000))))

    assert (rows[0], rows[1], len(rows)) == ("U1431", {"id": "1", "name": "An"}, 5000)


def test_csv_of_another_encoding_and_delimiter(csv_file):
    reader = csv_file("id:name\n1:café, bar\n".encode("cp1252"), encoding="cp1252", delimiter=":")

    assert read(reader) == [{"id": "1", "name": "café, bar"}]


@pytest.mark.parametrize(
    ("content", "options"),
    [("id,id\n1,2\n", {}), ("", {}), ("id\n1\n", {"encoding": "utf-16"}), ("id\n1\n", {"encoding": "nope"})],
)
def test_csv_that_cannot_be_meant_is_refused(csv_file, content, options):
    with pytest.raises(UsageError):
        csv_file(content, **options)


@pytest.mark.parametrize(
    "content",
    ['id,n\n1,"a\nb"\n2\n\n3,"open\n4,x\n5,"ü"\n', "\ufeffid,n\r\n1,x\r\n2,y\r\n"],
)
def test_csv_goes_on_from_the_end_of_any_row(csv_file, content):
    reader = csv_file(content)
    every = list(reader.rows(0, {"id", "n"}))

    assert every[-1].position == reader.size
    for place, row in enumerate(every, start=1):
        assert list(reader.rows(row.position, {"id", "n"})) == every[place:]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id": 12345678901234567890123}', None),
        (r'{"id": "literally \\u0000"}', None),
        ('{"id": 1e400}', None),
        (r'{"id": "a\u0000b"}', "U1432"),
        (r'{"a\u0000b": 1}', "U1432"),
        (r'{"id": "\ud800"}', "U1432"),
        (r'{"id": "\ud83d\ude00"}', None),
        ('{"id": 1e200000}', "U1432"),
        ('{"id": NaN}', "U1431"),
        ("[1]", "U1431"),
        ('{"id": 1', "U1431"),
        ("not json", "U1431"),
        (b'{"id": "caf\xe9"}', "U1432"),
        ('{"id": "' + "x" * 2_000_000 + '"}', "U1436"),
    ],
)
def test_json_lines_are_passed_on_as_they_are_or_refused(db, json_file, line, code):
    sent = line if isinstance(line, bytes) else line.encode()
    rows = list(json_file(b'\xef\xbb\xbf{"id": "first"}\r\n\n' + sent + b'\n{"id": "last"}').rows(0, set()))

    assert [row.code for row in rows] == [None, code, None]
    for row in rows:
        if row.content is not None:
            db.value("SELECT %s::jsonb", row.content)
        else:
            db.value("SELECT %s::text", row.line)
    assert code is not None or rows[1].content == line


def test_columns_of_json_lines_are_its_members_and_those_the_mapping_names(json_file):
    content = '{"id": 1, "contact": {"mail": "x"}}\n{"name": "An"}\n'

    columns = {column.name: column.kind for column in json_file(content, ["rare", "contact.mail"]).columns()}

    assert columns == {"id": "any", "contact": "document", "name": "any", "rare": "any"}


def test_one_json_array_is_refused_with_advice(json_file):
    with pytest.raises(UsageError) as refused:
        json_file('[{"id": 1}]')

    assert "jq" in refused.value.hint


def test_parquet_keeps_types_and_goes_on_from_any_row(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "id": pyarrow.array([1, 2, 3], pyarrow.int64()),
            "amount": pyarrow.array([Decimal("12.50"), None, Decimal("0.10")], pyarrow.decimal128(10, 2)),
            "seen": pyarrow.array(
                [datetime(2026, 1, 1, 7, tzinfo=UTC)] * 3, pyarrow.timestamp("ns", "Asia/Ho_Chi_Minh")
            ),
            "tags": [["a"], [], None],
            "contact": [{"mail": "an@shop.vn"}, None, {"mail": None}],
            "kind": pyarrow.array(["a", "b", "a"]).dictionary_encode(),
            "note": ["x", "a\0b", "z"],
        }
    )
    path = tmp_path / "people.parquet"
    parquet.write_table(table, path, row_group_size=2)
    reader = ParquetFile(path)
    names = {column.name for column in reader.columns()}
    every = list(reader.rows(0, names))

    assert {column.name: column.kind for column in reader.columns()} == {
        "id": "number",
        "amount": "number",
        "seen": "time",
        "tags": "list",
        "contact": "document",
        "kind": "text",
        "note": "text",
    }
    assert every[0].content == (
        '{"id":1,"amount":12.50,"seen":"2026-01-01T07:00:00+00:00","tags":["a"],'
        '"contact":{"mail":"an@shop.vn"},"kind":"a","note":"x"}'
    )
    assert [row.code for row in every] == [None, "U1432", None]
    for place in range(4):
        assert list(reader.rows(place, names)) == every[place:]


def test_what_is_no_parquet_is_refused(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "people.parquet"
    path.write_text("id,name")

    with pytest.raises(UsageError):
        ParquetFile(path)
