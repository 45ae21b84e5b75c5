"""What `c360 webhook` sends: presets, templates, headers, credentials; and a look at a request without sending it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.table import Table

from c360.domain.errors import UsageError
from c360.relay.credentials import Credentials
from c360.relay.documents import Document
from c360.relay.presets import Filled, find_preset, list_presets
from c360.relay.rendering import BATCHES, ENCODINGS, FORMATS, Message, Rendering
from c360.relay.shapes import (
    Shape,
    check_shape,
    example_message,
    given_message,
    read_shape,
    set_credentials,
    set_shape,
    shown_post,
    wanted_examples,
)
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Tenant, readable
from c360_cli.output import print_json, print_table, say
from c360_cli.written import read_written

PresetName = Annotated[str | None, typer.Option("--preset", help="Send as this system wants it: c360 webhook presets.")]
Params = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        help="NAME=VALUE of the preset; repeatable. VALUE may be @FILE or env:NAME, so that no secret is in a list.",
    ),
]
Format = Annotated[str | None, typer.Option("--format", help=f"What to send: {', '.join(FORMATS)}. Default: raw.")]
TemplateFile = Annotated[
    Path | None,
    typer.Option("--template", callback=readable, help="File with a template (JSON or YAML, texts in Liquid)."),
]
Encoding = Annotated[str | None, typer.Option(help=f"How a template is sent: {', '.join(ENCODINGS)}. Default: json.")]
Batch = Annotated[str | None, typer.Option(help=f"How several messages go in one request: {' or '.join(BATCHES)}.")]
Headers = Annotated[list[str] | None, typer.Option("--header", help="'NAME: VALUE', a template too; repeatable.")]
Auth = Annotated[
    str | None,
    typer.Option(
        help="bearer:TOKEN, basic:USER:PASSWORD or header:NAME:VALUE, kept encrypted; @FILE or env:NAME; or none."
    ),
]
ClientCert = Annotated[Path | None, typer.Option(callback=readable, help="File with a client certificate (PEM).")]
ClientKey = Annotated[Path | None, typer.Option(callback=readable, help="File with its key (PEM, without a password).")]
Answers = Annotated[Path | None, typer.Option(callback=readable, help="File with rules about answers (JSON or YAML).")]
Example = Annotated[
    Path | None,
    typer.Option("--example", callback=readable, help="File with a message to try, instead of examples of c360."),
]


@dataclass(frozen=True)
class Wanted:
    """What the options of a command ask for."""

    preset: str | None = None
    params: list[str] = field(default_factory=list)
    format: str | None = None
    template: Path | None = None
    encoding: str | None = None
    batch: str | None = None
    headers: list[str] = field(default_factory=list)
    auth: str | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    answers: Path | None = None

    def filled(self, url: str | None, base: dict[str, Any] | None = None) -> Filled:
        """Address, rendering and credentials, from a preset or from the options; `base` is what there was. Raises
        UsageError."""
        if self.preset is not None:
            if self.format or self.template or self.encoding or self.answers:
                raise UsageError("a preset says itself what is sent", hint="Its parameters are for --param.")
            filled = find_preset(self.preset).filled(url, dict(map(_parameter, self.params)))
        elif self.params:
            raise UsageError("--param is for a preset")
        elif url is None:
            raise UsageError("an address is needed", hint="c360 webhook add TENANT URL")
        else:
            filled = Filled(url, self._rendering(base), {}, [], [], {})
        if self.headers:
            filled.rendering["headers"] = {**filled.rendering.get("headers", {}), **dict(map(_header, self.headers))}
        if self.batch:
            filled.rendering["batch"] = self.batch
        filled.credentials.update(self._credentials())
        return filled

    def _rendering(self, base: dict[str, Any] | None) -> dict[str, Any]:
        rendering: dict[str, Any] = {**base} if base and not (self.format or self.template) else {}
        rendering.setdefault("format", self.format or ("template" if self.template else "raw"))
        if self.template:
            rendering["template"] = read_written(self.template)
        if self.encoding:
            rendering["encoding"] = self.encoding
        if self.answers:
            rendering["answers"] = read_written(self.answers)
        return rendering

    def _credentials(self) -> dict[str, Any]:
        credentials: dict[str, Any] = {}
        if self.auth and self.auth != "none":
            credentials["auth"] = _auth(_value(self.auth))
        if (self.client_cert is None) != (self.client_key is None):
            raise UsageError("a client certificate and its key go together")
        if self.client_cert and self.client_key:
            credentials["certificate"] = {"chain": _text(self.client_cert), "key": _text(self.client_key)}
        Credentials.of(credentials)
        return credentials

    @property
    def changes_rendering(self) -> bool:
        return any((self.preset, self.format, self.template, self.encoding, self.batch, self.headers, self.answers))

    @property
    def changes_credentials(self) -> bool:
        return bool(self.preset or self.auth or self.client_cert)


def try_shape(
    filled: Filled, wanted: Wanted, tenant: str, topics: list[str], types: list[str], example: Path | None
) -> None:
    """Try what would be sent on an example of each wanted type. Raises UsageError."""
    Credentials.of(filled.credentials)
    if example is not None:
        messages = [given_message(tenant, _text(example))]
    else:
        own = preset_examples(wanted.preset, tenant, filled.url, filled.rendering)
        shown = {message.parsed["type"] for message in own}
        others = [one for one in wanted_examples(tenant, topics, types) if one.parsed["type"] not in shown]
        messages = [*own, *others]
    check_shape(filled.url, filled.rendering, messages)


def preset_examples(preset: str | None, tenant: str, url: str, rendering: dict[str, Any]) -> list[Message]:
    """The example a preset brings, with the parameters that were given."""
    if preset is None:
        return []
    example = find_preset(preset).example
    data = Document(example["data"]).render({"params": rendering.get("params", {}), "url": url})
    return [example_message(tenant, example["type"], data)]


def presets_command(as_json: Json = False) -> None:
    """List the systems there are presets for.

    Example: c360 webhook presets
    """
    presets = list_presets()
    if as_json:
        print_json([preset.shown() for preset in presets])
        return
    table = Table("preset", "for", "needs", box=None)
    for preset in presets:
        needed = [parameter.name for parameter in preset.parameters if parameter.is_required]
        table.add_row(preset.name, preset.title, ", ".join([*(["the address"] if preset.url is None else []), *needed]))
    print_table(table)


def preset_command(
    name: Annotated[str, typer.Argument(metavar="PRESET", help="Name of the preset, such as zalo-oa.")],
    as_json: Json = False,
) -> None:
    """Show one preset: its parameters, what it sends, what answers mean, where that is from.

    Example: c360 webhook preset zalo-oa
    """
    preset = find_preset(name)
    if as_json:
        print_json(preset.shown())
        return
    say(f"{preset.title}. {preset.about}")
    table = Table("parameter", "", "what", box=None)
    for parameter in preset.parameters:
        table.add_row(parameter.name, "needed" if parameter.is_required else parameter.kind, parameter.about)
    print_table(table)
    shown = preset.shown()
    for part in ("parameters", "name", "title", "about"):
        shown.pop(part)
    print(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=120), end="")


def render_command(
    tenant: Tenant,
    webhook: Annotated[str, typer.Argument(metavar="WEBHOOK", help="Name or id of the webhook.")],
    type_: Annotated[str | None, typer.Option("--type", help="Type of the example, such as profile.updated.")] = None,
    example: Example = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what would be sent for an example, without sending it. Secrets are shown as stars.

    Example: c360 webhook render acme crm --type profile.updated
    """
    with connected(dsn, data_dir) as connection:
        shape = read_shape(connection, tenant, webhook)
    message = _example(shape, tenant, type_, example)
    rendering = Rendering.of(shape.rendering)
    if rendering.skips(message):
        say(f"webhook {shape.name} is sent no {message.parsed['type']}.")
        return
    shown = shown_post(rendering.post(shape.url, message), Credentials({}))
    if shape.sealed is not None:
        shown["credentials"] = "****"
    if as_json:
        print_json(shown)
        return
    print(f"POST {shown['url']}")
    for name, value in shown["headers"].items():
        print(f"{name}: {value}")
    if shape.sealed is not None:
        print("(credentials): ****")
    print(f"\n{_pretty(shown)}")


def _example(shape: Shape, tenant: str, kind: str | None, example: Path | None) -> Message:
    if example is not None:
        return given_message(tenant, _text(example))
    if kind is not None:
        own = [one for one in _of_preset(shape, tenant) if one.parsed["type"] == kind]
        return own[0] if own else example_message(tenant, kind)
    known = _of_preset(shape, tenant) or wanted_examples(tenant, shape.topics, shape.types)
    if not known:
        raise UsageError("say which type of message to show", hint="c360 webhook render ... --type TYPE")
    return known[0]


def _of_preset(shape: Shape, tenant: str) -> list[Message]:
    return preset_examples(shape.preset, tenant, shape.url, shape.rendering)


def store_shape(
    connection: Any, keyring: Any, tenant: str, webhook: str, filled: Filled, wanted: Wanted, *, is_new: bool
) -> None:
    """Write what is asked for; a webhook that sends messages as they are needs nothing written."""
    if wanted.changes_rendering and (not is_new or wanted.preset or filled.rendering != {"format": "raw"}):
        set_shape(connection, tenant, webhook, filled.rendering, preset=wanted.preset)
    if filled.credentials or (wanted.changes_credentials and not is_new):
        set_credentials(connection, keyring, tenant, webhook, filled.credentials)


def _pretty(shown: dict[str, Any]) -> str:
    if "json" in shown["headers"]["content-type"]:
        return json.dumps(json.loads(shown["body"]), ensure_ascii=False, indent=2)
    body: str = shown["body"]
    return body


def _parameter(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        raise UsageError(f"{text!r} is no NAME=VALUE")
    return name, _value(value)


def _value(text: str) -> str:
    if text.startswith("@"):
        return _text(Path(text[1:])).strip()
    if text.startswith("env:"):
        if text[4:] not in os.environ:
            raise UsageError(f"the environment has no {text[4:]}")
        return os.environ[text[4:]]
    return text


def _header(text: str) -> tuple[str, str]:
    name, mark, value = text.partition(":")
    if not mark:
        raise UsageError(f"{text!r} is no header", hint="--header 'X-Shop: acme'")
    return name.strip(), value.strip()


def _auth(text: str) -> dict[str, Any]:
    kind, _, rest = text.partition(":")
    first, _, second = rest.partition(":")
    if kind == "bearer":
        return {"kind": "bearer", "token": rest}
    if kind == "basic":
        return {"kind": "basic", "user": first, "password": second}
    if kind == "header":
        return {"kind": "header", "name": first, "value": second}
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UsageError(
            "the credentials cannot be read",
            hint="They are bearer:TOKEN, basic:USER:PASSWORD, header:NAME:VALUE, or a JSON object with a kind.",
        ) from error
    if not isinstance(document, dict):
        raise UsageError("the credentials are a JSON object")
    return document


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the file {path} cannot be read") from error
