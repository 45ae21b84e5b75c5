"""Files as they are found: what a reader makes of them, and where it can go on."""

import csv
import gzip
import io
import json
import os
import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from c360.domain.errors import UsageError
from c360.importing import json_array
from c360.importing.csv_file import CsvFile
from c360.importing.excel_file import ExcelFile
from c360.importing.formats import reader_of
from c360.importing.json_file import JsonFile
from c360.importing.parquet_file import ParquetFile
from c360.importing.rows import apart
from c360.importing.source import Source


def read(reader, position=0):
    names = {column.name for column in reader.columns()}
    return [json.loads(row.content) if row.content else row.code for row in reader.rows(position, names)]


@pytest.fixture
def csv_file(tmp_path):
    def make(content, **options):
        path = tmp_path / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CsvFile(Source.of(path), **options)

    return make


@pytest.fixture
def json_file(tmp_path):
    def make(content, named=()):
        path = tmp_path / "people.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return JsonFile(Source.of(path), named=set(named))

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
        ("id,name\n1\n2,x,y\n3,An,,\n", [{"id": "1"}, "U1431", {"id": "3", "name": "An"}]),
        ('id,name\n1,"open\n2,An\n3,Bo\n', ["U1431", {"id": "2", "name": "An"}, {"id": "3", "name": "Bo"}]),
        ('id,name\n1,"open\n2,"An"\n3,Bo\n', ["U1431", {"id": "2", "name": "An"}, {"id": "3", "name": "Bo"}]),
        ('id,name\n1,"An"x\n3,Bo\n', ["U1431", {"id": "3", "name": "Bo"}]),
        (
            "id,name\n1,é\n2,".encode() + b"caf\xe9\n3,An\n",
            [{"id": "1", "name": "é"}, "U1432", {"id": "3", "name": "An"}],
        ),
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
    [
        ("", {}),
        ("\n\n,,\n", {}),
        ("id\n1\n", {"encoding": "utf-32"}),
        ("id\n1\n", {"encoding": "nope"}),
        ("id\n1\n", {"encoding": "base64"}),
        ("id\n1\n", {"delimiter": "::"}),
        ("id\n1\n", {"delimiter": '"'}),
        ("id\n1\n", {"delimiter": ""}),
    ],
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


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
CELL = st.text(st.sampled_from("ab 1\",;\t|\r\n'é€ß"), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    table=st.lists(st.tuples(CELL, CELL, CELL), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ends=st.lists(st.sampled_from(["\r\n", "\n", "\r"]), min_size=7, max_size=7),
    is_mixed=st.booleans(),
    encoding=st.sampled_from(ENCODINGS),
    is_stated=st.booleans(),
)
@example([("a\rb", "c", "d"), ("1", "2", "3")], ",", csv.QUOTE_MINIMAL, ["\n"] + ["\r"] * 6, True, "utf-8", False)
@example([("é", "c\r\n", '"')], ";", csv.QUOTE_ALL, ["\r"] * 7, False, "utf-16", True)
def test_whatever_a_table_is_written_as_it_comes_back(
    tmp_path, table, delimiter, quoting, ends, is_mixed, encoding, is_stated
):
    lines = [["first", "second", "third"], *table]
    text = f"sep={delimiter}{ends[0]}" if is_stated else ""
    for place, line in enumerate(lines):
        out = io.StringIO()
        end = ends[place] if is_mixed else ends[0]
        # With another end, csv would not quote what a field has of this one.
        csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerow(line)
        text += out.getvalue().removesuffix("\r\n") + end
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))

    # A few letters of Windows-1252 can be taken for one of UTF-8; whole files seldom.
    reader = CsvFile(Source.of(path), encoding="cp1252" if encoding == "cp1252" else None)
    every = list(reader.rows(0, {"first", "second", "third"}))

    assert [json.loads(row.content) if row.content else row for row in every] == [
        {name: cell for name, cell in zip(lines[0], line, strict=True) if cell}
        for line in table
        if any(cell.strip() for cell in line)
    ]
    for place, row in enumerate(every, start=1):
        assert list(reader.rows(row.position, {"first", "second", "third"})) == every[place:]


@pytest.mark.parametrize(
    ("content", "encoding", "rows"),
    [
        ("id,name\n1,Müller\n2,O’Neill €\n".encode("cp1252"), "windows-1252", ["Müller", "O’Neill €"]),
        ("id,name\n1,Müller\n2,Nguyễn\n".encode(), "utf-8", ["Müller", "Nguyễn"]),
        ("id,name\n1,Müller\n2,Nguyễn\n".encode("utf-16"), "utf-16-le", ["Müller", "Nguyễn"]),
        ("id,name\n1,Müller\n2,Nguyễn\n".encode("utf-16-be"), "utf-16-be", ["Müller", "Nguyễn"]),
        # Nearly all of it is UTF-8: one row is broken, and no other becomes nonsense.
        ("id,name\n1,Müller\n".encode() + b"2,caf\xe9\n", "utf-8", ["Müller", "U1432"]),
        # Two files put together: what is UTF-8 stays so.
        ("id,name\n1,Müller\n".encode() + "2,ÄÖÜ\n".encode("cp1252"), "utf-8", ["Müller", "U1432"]),
        # No letter of Windows-1252.
        (b"id,name\n1,a\x81\n2,b\n", "utf-8", ["U1432", "b"]),
        (b"id,name\n1,plain\n", "utf-8", ["plain"]),
    ],
)
def test_the_encoding_is_found_and_said(csv_file, content, encoding, rows):
    reader = csv_file(content)

    assert [row if isinstance(row, str) else row["name"] for row in read(reader)] == rows
    assert reader.described["encoding"] == encoding
    assert bool(reader.remarks) == (encoding == "windows-1252")


def test_an_encoding_is_found_wherever_the_letters_are(csv_file):
    early = ("id,name\n1,é\n" + "2,plain\n" * 400_000).encode()
    late = early.replace("é".encode(), b"e") + b"3,\xe9\n"

    assert csv_file(early + b"3,\xe9\n").described["encoding"] == "utf-8"
    assert csv_file(late).described["encoding"] == "windows-1252"
    assert read(csv_file(late))[-1] == {"id": "3", "name": "é"}


@pytest.mark.parametrize("place", range(-4, 5))
def test_a_letter_that_two_blocks_share_is_one(csv_file, place):
    filling = "x" * ((1 << 20) + place - len("id\n"))

    assert csv_file("id\n" + filling + "ễ\n").described["encoding"] == "utf-8"


def test_half_a_letter_of_utf_16_costs_its_row(csv_file):
    content = "\ufeffid,name\n1,An\n2,".encode("utf-16-le") + b"\x00\xd8" + "x\n3,Bo\n4,C".encode("utf-16-le") + b"\x00"

    assert read(csv_file(content)) == [{"id": "1", "name": "An"}, "U1432", {"id": "3", "name": "Bo"}, "U1432"]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("Email,Email,Email (2),,email\n", ["Email", "Email (2)", "Email (2) (2)", "column_4", "email"]),
        ("\n\n,,\n\nid,name\n", ["id", "name"]),
        ("sep=;\nid;a,b,c\n", ["id", "a,b,c"]),
        ('\ufeff"sep=|"\r\nid|name\r\n', ["id", "name"]),
        ("id\rname\r", ["id"]),
    ],
)
def test_headers_are_read_as_they_are_found(csv_file, content, columns):
    assert [column.name for column in csv_file(content).columns()] == columns


@pytest.mark.parametrize(
    ("said", "meant"), [("tab", "\t"), ("\\t", "\t"), ("Semicolon", ";"), ("pipe", "|"), (":", ":")]
)
def test_a_delimiter_can_be_said_in_words(csv_file, said, meant):
    assert read(csv_file(f"id{meant}a,b\n1{meant}x,y\n", delimiter=said)) == [{"id": "1", "a,b": "x,y"}]


def test_a_stray_carriage_return_moves_no_value_into_another_column(csv_file):
    assert read(csv_file("id,name,city\n1,An\rBinh,Hue\n2,Bo,Hue\n")) == [
        "U1431",
        {"id": "2", "name": "Bo", "city": "Hue"},
    ]


def test_old_macs_may_have_long_lines(csv_file):
    rows = read(csv_file("id,name\r1," + "x" * 3_000_000 + "\r2,An\r"))

    assert rows == ["U1436", {"id": "2", "name": "An"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_packed_files_are_read_and_go_on_from_any_row(tmp_path, packing, encoding):
    content = "id,name\n1,Müller\n2,Nguyễn\n".encode(encoding)
    path = tmp_path / f"people.csv.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(content))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("export/people.csv", content)
            archive.writestr("__MACOSX/export/._people.csv", b"\0")
    reader = reader_of(path)
    every = list(reader.rows(0, {"id", "name"}))

    assert [json.loads(row.content)["name"] for row in every] == ["Müller", "Nguyễn"]
    assert list(reader.rows(every[0].position, {"id", "name"})) == every[1:]


def test_of_several_files_of_an_archive_one_is_named(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("subscribed.csv", "id\n1\n")
        archive.writestr("cleaned.csv", "id\n2\n")

    with pytest.raises(UsageError) as refused:
        reader_of(path)
    assert "export.zip#subscribed.csv, export.zip#cleaned.csv" in refused.value.hint
    assert read(reader_of(tmp_path / "export.zip#cleaned.csv")) == [{"id": "2"}]
    with pytest.raises(UsageError):
        reader_of(tmp_path / "export.zip#other.csv")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.csv.gz", b"id\n1\n"),
        ("people.zip", b"id\n1\n"),
        ("people.xlsx", b"id\n1\n"),
        ("people.xls", b"id"),
        ("people.doc", b"id"),
        ("people", b"id"),
    ],
)
def test_files_that_are_not_what_they_are_called_are_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UsageError):
        reader_of(tmp_path / name)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "excel"])
def test_what_gives_its_bytes_once_or_without_end_is_refused_and_not_waited_for(tmp_path, kind):
    os.mkfifo(tmp_path / "people.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")

    for name in ("people.csv", "zero.csv"):
        with pytest.raises(UsageError, match="pipe or a device"):
            reader_of(tmp_path / name, kind)


def test_many_columns_of_one_name_are_told_apart_in_no_time():
    names = apart(["email", "", "email (2)"] + ["email", ""] * 30_000)

    assert names[:8] == [
        "email", "column_2", "email (2)", "email (3)", "column_5", "email (4)", "column_7", "email (5)",
    ]  # fmt: skip
    assert len(set(names)) == 60_003


def test_options_a_format_does_not_have_are_refused(tmp_path):
    (tmp_path / "people.csv").write_text("id\n")

    with pytest.raises(UsageError):
        reader_of(tmp_path / "people.csv", sheet="x")


@pytest.fixture
def excel_file(tmp_path):
    """excel_file([[...], ...], formats={"B2": "00000"}) makes a file with these rows in the first sheet one sees."""

    def make(rows, formats=None, **options):
        book = openpyxl.Workbook()
        book.active.title = "hidden"
        book.active.sheet_state = "hidden"
        sheet = book.create_sheet("People")
        for row in rows:
            sheet.append(row)
        for place, shape in (formats or {}).items():
            sheet[place].number_format = shape
        book.save(tmp_path / "people.xlsx")
        return ExcelFile(Source.of(tmp_path / "people.xlsx"), **options)

    return make


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        (7, None, "7"),
        (7.0, None, "7"),
        (84901234567.0, "General", "84901234567"),
        (0.1 + 0.2, None, "0.3"),
        (12.5, "0.00", "12.5"),
        (1e15, None, "1000000000000000"),
        (-3, "00000", "-3"),
        (1067, "00000", "01067"),
        (901234567, "0000000000", "0901234567"),
        (84901234567, '"+"00 000 000 000', "+84 901 234 567"),
        (123456789, "000\\-00\\-0000", "123-45-6789"),
        (1234, "#,##0", "1234"),
        (5551234567, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "5551234567"),
        (True, None, "true"),
        (date(2024, 2, 29), None, "2024-02-29"),
        (datetime.fromisoformat("2024-02-29T13:05:00"), None, "2024-02-29T13:05:00"),
        (time(13, 5), None, "13:05:00"),
        ("  Nguyễn\nAn ", None, "  Nguyễn\nAn "),
        ("00123", None, "00123"),
        ("#N/A", None, None),
        (None, None, None),
    ],
)
def test_cells_of_excel_are_what_one_sees(excel_file, value, shape, text):
    reader = excel_file([["id", "value"], ["a", value]], {"B2": shape} if shape else None)

    assert read(reader) == [{"id": "a"} | ({"value": text} if text is not None else {})]


def test_a_sheet_is_found_blank_rows_are_passed_over_and_any_row_can_be_gone_on_from(excel_file):
    reader = excel_file(
        [[], ["id", "name", "name", None], [1, "An"], [], [None, " "], [2, "Bo", "x", "more"], [3, "Chi"]]
    )
    names = {column.name for column in reader.columns()}
    every = list(reader.rows(0, names))

    assert [column.name for column in reader.columns()] == ["id", "name", "name (2)"]
    assert read(reader) == [{"id": "1", "name": "An"}, "U1431", {"id": "3", "name": "Chi"}]
    assert reader.described == {"sheet": "People"}
    for place, row in enumerate(every, start=1):
        assert list(reader.rows(row.position, names)) == every[place:]


@pytest.mark.parametrize(
    ("part", "text", "other"),
    [
        ("xl/worksheets/sheet2.xml", 'r="2"', 'r="999999999"'),
        ("xl/worksheets/sheet2.xml", 's="1"', 's="99"'),
        ("xl/worksheets/sheet2.xml", "<v>7</v>", "<v>x</v>"),
        ("xl/workbook.xml", "<workbookView ", '<workbookView nonsense="1" '),
        ("[Content_Types].xml", "ContentType=", "Nonsense="),
        ("xl/styles.xml", "</styleSheet>", "<x>" + "<y/>" * 20_000_000 + "</x></styleSheet>"),
        ("xl/worksheets/sheet2.xml", "<sheetData>", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><sheetData>'),
    ],
    ids=["row", "style", "number", "view", "types", "bomb", "doctype"],
)
def test_a_broken_or_hostile_sheet_is_refused_with_a_hint(tmp_path, excel_file, part, text, other):
    excel_file([["n"], [7]], {"A2": "00000"})
    with zipfile.ZipFile(tmp_path / "people.xlsx") as whole:
        parts = {name: whole.read(name).decode() for name in whole.namelist()}
    assert text in parts[part]
    with zipfile.ZipFile(tmp_path / "people.xlsx", "w", zipfile.ZIP_DEFLATED) as broken:
        for name, content in parts.items():
            broken.writestr(name, content.replace(text, other) if name == part else content)

    with pytest.raises(UsageError) as refused:
        read(reader_of(tmp_path / "people.xlsx"))

    assert refused.value.hint


def test_a_sheet_can_be_named(excel_file):
    assert excel_file([["id"]], sheet="People").columns()[0].name == "id"
    with pytest.raises(UsageError) as refused:
        excel_file([["id"]], sheet="Persons")
    assert "People" in refused.value.hint


def test_texts_that_cells_share_are_read_with_all_their_parts(tmp_path, excel_file):
    excel_file([["id", "name"], [1, "An"], [2, "Bo"]])
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet2.xml"
    parts[sheet] = parts[sheet].replace(b't="inlineStr"><is><t>An</t></is>', b't="s"><v>0</v>')
    parts["xl/sharedStrings.xml"] = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<si><r><t>A</t></r><r><t>n_x000A_2</t></r><rPh><t>aan</t></rPh></si></sst>"
    )
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    assert [row["name"] for row in read(ExcelFile(Source.of(path)))] == ["An\n2", "Bo"]


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


ARRAYS = [
    (
        '[{"id": 1}, {"id": "a,b]}"},\n{"id": {"x": ["\\"", 2]}}]',
        ['{"id": 1}', '{"id": "a,b]}"}', '{"id": {"x": ["\\"", 2]}}'],
    ),
    ("\ufeff [ ] \n", []),
    ("[{}]", ["{}"]),
    ('[{"id": 1}, {"id": tru}, 7, {"id": 3}]', ['{"id": 1}', "U1431", "U1431", '{"id": 3}']),
    ('[{"id": 1}, {"id": 2', ['{"id": 1}', "U1431"]),
    ('[{"id": 1}}, {"id": 2}]', ["U1431", '{"id": 2}']),
    ('[{"id": 1}] [{"id": 2}]', ['{"id": 1}', "U1431"]),
    ('[{"id": "' + "x" * 2_000_000 + '"}, {"id": 2}]', ["U1436", '{"id": 2}']),
]


@pytest.mark.parametrize(("content", "rows"), ARRAYS)
@pytest.mark.parametrize("block", [1, 1 << 18])
def test_one_json_array_is_read_element_by_element(json_file, monkeypatch, content, rows, block):
    monkeypatch.setattr(json_array, "_BLOCK", block)
    reader = json_file(content)
    every = list(reader.rows(0, set()))

    assert [row.content or row.code for row in every] == rows
    for place, row in enumerate(every, start=1):
        assert list(reader.rows(row.position, set())) == every[place:]


def test_json_may_be_utf_16(json_file):
    assert read(json_file('{"id": "ễ"}\r\n{"id": 2}\r\n'.encode("utf-16"))) == [{"id": "ễ"}, {"id": 2}]


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
    reader = ParquetFile(Source.of(path))
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
        ParquetFile(Source.of(path))
