"""What the client can do, as it said in `initialize`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True)
class Client:
    """The capabilities that something depends on; the defaults are those of a client that said nothing."""

    encoding: str = "utf-16"
    pull: bool = False
    """It asks for diagnostics, and again when it is told to: else those of an untouched document would stay old."""

    related: bool = False
    tags: bool = False
    resolve_edit: bool = False
    preferred: bool = False
    document_changes: bool = False
    create_files: bool = False
    apply_edit: bool = False
    progress: bool = False
    show_document: bool = False
    configuration: bool = False
    register_configuration: bool = False
    register_watchers: bool = False
    markdown: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities, encoding: str) -> Client:
        """Read the capabilities."""

        def has(path: str) -> Any:
            holder: Any = capabilities
            for name in path.split("."):
                holder = getattr(holder, name, None)
            return holder

        resolved = getattr(has("text_document.code_action.resolve_support"), "properties", None) or ()
        resources = has("workspace.workspace_edit.resource_operations") or ()
        formats = has("text_document.hover.content_format") or ()
        return cls(
            encoding=str(getattr(encoding, "value", encoding)),
            pull=has("text_document.diagnostic") is not None and bool(has("workspace.diagnostics.refresh_support")),
            related=bool(has("text_document.publish_diagnostics.related_information"))
            or bool(has("text_document.diagnostic.related_information")),
            tags=has("text_document.publish_diagnostics.tag_support") is not None
            or has("text_document.diagnostic.tag_support") is not None,
            resolve_edit="edit" in resolved,
            preferred=bool(has("text_document.code_action.is_preferred_support")),
            document_changes=bool(has("workspace.workspace_edit.document_changes")) or bool(resources),
            create_files=types.ResourceOperationKind.Create in resources,
            apply_edit=bool(has("workspace.apply_edit")),
            progress=bool(has("window.work_done_progress")),
            show_document=bool(has("window.show_document.support")),
            configuration=bool(has("workspace.configuration")),
            register_configuration=bool(has("workspace.did_change_configuration.dynamic_registration")),
            register_watchers=bool(has("workspace.did_change_watched_files.dynamic_registration")),
            markdown=types.MarkupKind.Markdown in formats,
        )
