"""Which encoding a text is in: what its first bytes say, else UTF-8, or Windows-1252 where nearly nothing is UTF-8."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from c360.domain.errors import UsageError
from c360.importing.source import Source

UTF8 = "utf-8"
_BLOCK = 1 << 20
_SAMPLE = 4_096
_MARKS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF16 = {"utf-16": None, "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be"}
_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_OTHER = re.compile(rb"[\x80-\xff]")
# No letters in Windows-1252.
_UNUSED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# In Windows-1252, letters next to each other look like one of UTF-8 only by chance.
_FEW = 10


@dataclass(frozen=True, slots=True)
class Text:
    """The bytes of a text in an encoding whose line ends are those of ASCII; the text begins at `start`."""

    source: Source
    encoding: str
    start: int
    called: str
    is_guessed: bool = False


def text_of(source: Source, encoding: str | None) -> Text:
    """The text of a file; reads all of it where no encoding is given and its first bytes say nothing."""
    with source.open() as file:
        sample = file.read(_SAMPLE)
    found = _marked(sample) if encoding is None else _given(encoding, sample)
    if found is None:
        if _is_windows_1252(source):
            return Text(source, "cp1252", 0, "windows-1252", is_guessed=True)
        found = UTF8
    if found in _UTF16:
        return Text(source.as_utf8(found), UTF8, 0, found)
    start = len(codecs.BOM_UTF8) if found == UTF8 and sample.startswith(codecs.BOM_UTF8) else 0
    return Text(source, found, start, "windows-1252" if found == "cp1252" else found)


def json_text_of(source: Source, encoding: str | None = None) -> Text:
    """The same for JSON, which is UTF-8 by its own standard: nothing is guessed but UTF-16."""
    with source.open() as file:
        sample = file.read(_SAMPLE)
    return text_of(source, encoding or _marked(sample) or UTF8)


def _marked(sample: bytes) -> str | None:
    """What a byte order mark says, or that every second byte is nothing."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    pairs = len(sample) // 2
    first, second = sample[: 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if pairs and 2 * second > pairs and not first:
        return "utf-16-le"
    return "utf-16-be" if pairs and 2 * first > pairs and not second else None


def _given(encoding: str, sample: bytes) -> str:
    try:
        name = codecs.lookup(encoding).name
        is_fit = "\n".encode(encoding) == b"\n"
    except LookupError as error:
        raise UsageError(f"there is no encoding {encoding}", hint="Such as utf-8, windows-1252, utf-16.") from error
    if name == "utf-8-sig":
        return UTF8
    if name in _UTF16:
        return _UTF16[name] or _marked(sample) or "utf-16-le"
    if not is_fit:
        raise UsageError(
            f"files in {encoding} cannot be read line by line", hint=f"Convert it first: iconv -f {encoding} -t utf-8"
        )
    return name


def _is_windows_1252(source: Source) -> bool:
    """Whether a file is no UTF-8 as a whole, and not merely broken in places: those rows are refused one by one."""
    letters, others, kept = 0, 0, b""
    with source.open() as file:
        while block := file.read(_BLOCK):
            block = kept + block
            kept = b"" if block.isascii() else _begun(block)
            block = block[: len(block) - len(kept)]
            found, broken, impossible = _counted(block)
            letters, others = letters + found, others + broken
            if impossible:
                return False
    _, broken, impossible = _counted(kept)
    return others + broken > 0 and not impossible and letters * _FEW <= others + broken


def _counted(block: bytes) -> tuple[int, int, bool]:
    """Letters of UTF-8 beyond ASCII, bytes that belong to none, and whether Windows-1252 lacks one of these."""
    if block.isascii():
        return 0, 0, False
    try:
        block.decode()
    except UnicodeDecodeError:
        rest, letters = _LETTER.subn(b"", block)
        return letters, len(_OTHER.findall(rest)), _UNUSED.search(rest) is not None
    return len(_LETTER.findall(block)), 0, False


def _begun(block: bytes) -> bytes:
    """What may be the beginning of a letter that goes on in the next block."""
    for count in range(1, min(3, len(block)) + 1):
        if block[-count] >= 0xC2:
            return block[-count:]
        if block[-count] < 0x80:
            break
    return b""
