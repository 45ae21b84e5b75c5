"""Read rendered SQL as PostgreSQL reads it and refuse what a tenant template may not say.

Allowed are the statements listed below, and only on objects written with the schema of the tenant itself. Reading is
held to the same schema; functions of pg_catalog and c360 may be called, and the few of extensions that match rules are
built on, each in the schema of its extension. Bodies in PL/pgSQL must parse and may not name
another tenant's schema. Nothing may be given to PUBLIC or to a role of another tenant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pglast
from pglast import ast, enums
from pglast.visitors import Visitor

from c360.domain.tenants import TenantSpec
from c360.templates.errors import TemplateRejected

_SHARED = frozenset({"pg_catalog", "c360"})
_EXTENSION_FUNCTIONS = {
    "pg_trgm": frozenset({"similarity", "word_similarity", "strict_word_similarity", "show_trgm"}),
    "fuzzystrmatch": frozenset(
        {"dmetaphone", "dmetaphone_alt", "daitch_mokotoff", "levenshtein", "levenshtein_less_equal"}
    ),
    "unaccent": frozenset({"unaccent"}),
}
_DROPPABLE = frozenset(
    {
        enums.ObjectType.OBJECT_VIEW,
        enums.ObjectType.OBJECT_INDEX,
        enums.ObjectType.OBJECT_TRIGGER,
        enums.ObjectType.OBJECT_FUNCTION,
    }
)
_ALTERATIONS = frozenset(
    {
        enums.AlterTableType.AT_AddColumn,
        enums.AlterTableType.AT_DropColumn,
        enums.AlterTableType.AT_AlterColumnType,
        enums.AlterTableType.AT_ColumnDefault,
        enums.AlterTableType.AT_SetNotNull,
        enums.AlterTableType.AT_DropNotNull,
        enums.AlterTableType.AT_SetStatistics,
        enums.AlterTableType.AT_SetStorage,
        enums.AlterTableType.AT_SetRelOptions,
        enums.AlterTableType.AT_AddConstraint,
        enums.AlterTableType.AT_DropConstraint,
        enums.AlterTableType.AT_ValidateConstraint,
        enums.AlterTableType.AT_AttachPartition,
        enums.AlterTableType.AT_EnableTrig,
        enums.AlterTableType.AT_DisableTrig,
    }
)
# What may be commented on, with the number of name parts after the schema.
_COMMENTED = {
    enums.ObjectType.OBJECT_TABLE: 1,
    enums.ObjectType.OBJECT_VIEW: 1,
    enums.ObjectType.OBJECT_INDEX: 1,
    enums.ObjectType.OBJECT_COLUMN: 2,
    enums.ObjectType.OBJECT_TRIGGER: 2,
    enums.ObjectType.OBJECT_TABCONSTRAINT: 2,
}
_GROUP_ROLES = frozenset({"c360_reader", "c360_writer", "c360_admin", "c360_worker"})


def check_statements(sql: str, tenant: TenantSpec, name: str = "template") -> None:
    """Raise TemplateRejected for the first statement that is not allowed."""
    try:
        statements: Any = pglast.parse_sql(sql)
    except pglast.parser.ParseError as error:
        raise TemplateRejected(f"{name}: the rendered SQL does not parse: {error}") from error
    for raw in statements:
        try:
            _check(raw.stmt, tenant)
            if _is(raw.stmt, ast.CreateFunctionStmt):
                end = raw.stmt_location + raw.stmt_len if raw.stmt_len else None
                _check_body(raw.stmt, sql[raw.stmt_location : end], tenant)
        except TemplateRejected as error:
            start = sql[: raw.stmt_location].count("\n") + 1
            raise TemplateRejected(f"{name}, SQL line {start}: {error.message}") from error


def view_columns(sql: str) -> dict[str, tuple[str, ...] | None]:
    """The views a text makes, with their column names; None where the text does not spell them out."""
    statements: Any = pglast.parse_sql(sql)
    return {raw.stmt.view.relname: _output_names(raw.stmt.query) for raw in statements if _is(raw.stmt, ast.ViewStmt)}


def _is(node: Any, kind: type) -> bool:
    """isinstance for nodes of pglast, whose types promise less than the parser keeps."""
    return isinstance(node, kind)


def _output_names(query: Any) -> tuple[str, ...] | None:
    names = []
    for target in query.targetList or ():
        last = target.val.fields[-1] if _is(target.val, ast.ColumnRef) else None
        if target.name:
            names.append(target.name)
        elif last is not None and _is(last, ast.String):
            names.append(last.sval)
        else:
            return None
    return tuple(names) or None


def _check(statement: Any, tenant: TenantSpec) -> None:
    kind = type(statement)
    if kind not in _CHECKS:
        raise TemplateRejected(f"{kind.__name__} is not allowed in a tenant template")
    for schema in _CHECKS[kind](statement, tenant):
        if schema != tenant.schema_name:
            raise TemplateRejected(
                f"{kind.__name__} acts on schema {schema or '(none given)'}, not {tenant.schema_name}"
            )
    own = _QueryNames()
    own(statement)
    _References(tenant, own.names)(statement)


class _QueryNames(Visitor):
    """Gathers the names a statement gives to its own WITH queries."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_CommonTableExpr(self, _ancestors: Any, node: Any) -> None:  # noqa: N802 - named by pglast
        self.names.add(node.ctename)


class _References(Visitor):
    """Looks at every table and function that is named anywhere in a statement."""

    def __init__(self, tenant: TenantSpec, own_names: set[str]) -> None:
        super().__init__()
        self._schema = tenant.schema_name
        self._own_names = own_names
        self._of_extensions = {
            (getattr(tenant.extensions, extension), function)
            for extension, functions in _EXTENSION_FUNCTIONS.items()
            for function in functions
        }

    def visit_RangeVar(self, _ancestors: Any, node: Any) -> None:  # noqa: N802 - named by pglast
        if node.schemaname != self._schema and not (node.schemaname is None and node.relname in self._own_names):
            raise TemplateRejected(f"{node.schemaname or '(no schema)'}.{node.relname} is not in {self._schema}")

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:  # noqa: N802 - named by pglast
        names = [part.sval for part in node.funcname]
        if len(names) > 1 and names[0] not in _SHARED | {self._schema} and tuple(names) not in self._of_extensions:
            raise TemplateRejected(f"function {'.'.join(names)} belongs to neither c360 nor {self._schema}")


def _schema_of(parts: Iterable[Any], trailing: int = 1) -> str | None:
    """The schema of a name given as parts; `trailing` parts come after it."""
    names = [part.sval for part in parts]
    return names[-1 - trailing] if len(names) > trailing else None


def _create_schema(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    if statement.schemaElts or statement.authrole:
        raise TemplateRejected("CREATE SCHEMA takes only a name")
    yield statement.schemaname


def _relation(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    yield statement.relation.schemaname


def _view(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    yield statement.view.schemaname


def _alter(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    yield statement.relation.schemaname
    for command in statement.cmds:
        if command.subtype not in _ALTERATIONS:
            raise TemplateRejected(f"ALTER TABLE {command.subtype.name} is not allowed")


def _trigger(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    yield statement.relation.schemaname
    yield _schema_of(statement.funcname)


def _function(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    yield _schema_of(statement.funcname)
    options = {option.defname: option.arg for option in statement.options or ()}
    language = options["language"].sval if "language" in options else "sql"
    if language not in {"sql", "plpgsql"}:
        raise TemplateRejected(f"functions in language {language} are not allowed")
    if "security" in options and options["security"].boolval and not _pins_path(statement):
        raise TemplateRejected("a SECURITY DEFINER function must SET search_path")


def _pins_path(statement: Any) -> bool:
    return any(option.defname == "set" and option.arg.name == "search_path" for option in statement.options)


def _check_body(statement: Any, source: str, tenant: TenantSpec) -> None:
    options = {option.defname: option.arg for option in statement.options or ()}
    name, body = statement.funcname[-1].sval, "".join(part.sval for part in options.get("as", ()))
    for schema in re.findall(r'"?\b(tenant_[a-z0-9_]+)"?\s*\.', body):
        if schema != tenant.schema_name:
            raise TemplateRejected(f"the body of {name} names schema {schema}")
    try:
        if "language" in options and options["language"].sval == "plpgsql":
            pglast.parse_plpgsql(source)
        else:
            pglast.parse_sql(body)
    except pglast.parser.ParseError as error:
        raise TemplateRejected(f"the body of {name} does not parse: {error}") from error


def _comment(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    kind, target = statement.objtype, statement.object
    if kind == enums.ObjectType.OBJECT_SCHEMA:
        yield target.sval
    elif kind == enums.ObjectType.OBJECT_FUNCTION:
        yield _schema_of(target.objname)
    elif kind in _COMMENTED:
        yield _schema_of(target, trailing=_COMMENTED[kind])
    else:
        raise TemplateRejected(f"COMMENT ON {kind.name.removeprefix('OBJECT_')} is not allowed")


def _grant(statement: Any, tenant: TenantSpec) -> Iterator[str | None]:
    own = {tenant.reader_role, tenant.writer_role, tenant.admin_role} | _GROUP_ROLES
    for grantee in statement.grantees:
        if statement.is_grant and grantee.rolename not in own:
            raise TemplateRejected(f"nothing may be granted to {grantee.rolename or 'PUBLIC'}")
    for target in statement.objects:
        if _is(target, ast.RangeVar):
            yield target.schemaname
        elif _is(target, ast.ObjectWithArgs):
            yield _schema_of(target.objname)
        else:
            yield target.sval if _is(target, ast.String) else None


def _drop(statement: Any, _tenant: TenantSpec) -> Iterator[str | None]:
    if statement.removeType not in _DROPPABLE or statement.behavior != enums.DropBehavior.DROP_RESTRICT:
        raise TemplateRejected("only views, indexes, triggers and functions may be dropped, and never with CASCADE")
    for target in statement.objects:
        if _is(target, ast.ObjectWithArgs):
            yield _schema_of(target.objname)
        else:
            yield _schema_of(target, trailing=2 if statement.removeType == enums.ObjectType.OBJECT_TRIGGER else 1)


_CHECKS: dict[type, Callable[[Any, TenantSpec], Iterator[str | None]]] = {
    ast.CreateSchemaStmt: _create_schema,
    ast.CreateStmt: _relation,
    ast.IndexStmt: _relation,
    ast.ViewStmt: _view,
    ast.CreateFunctionStmt: _function,
    ast.CreateTrigStmt: _trigger,
    ast.AlterTableStmt: _alter,
    ast.CommentStmt: _comment,
    ast.GrantStmt: _grant,
    ast.DropStmt: _drop,
}
