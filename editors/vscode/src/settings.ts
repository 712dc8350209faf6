// What the server is told. The names are those of relint/hosts/lsp/options.py.

/** Settings that the extension reads itself; the server has never heard of them. */
export const CLIENT_ONLY = ["path", "interpreter", "importStrategy", "trace"] as const;

/** Settings of the server, spelled alike in `relint.*` of VS Code. */
export const FORWARDED = [
  "enable",
  "run",
  "debounce",
  "select",
  "extendSelect",
  "ignore",
  "exclude",
  "configuration",
  "fixAll",
  "unsafeFixes",
  "disableRuleComment",
  "showSyntaxErrors",
  "baseline",
  "maxFileSize",
  "logLevel",
] as const;

/** The part of `vscode.WorkspaceConfiguration` that is needed. */
export interface Values {
  get(name: string): unknown;
}

/** The settings of one folder as the server takes them. Whether the workspace is trusted is VS Code's to say. */
export function serverSettings(values: Values, trusted: boolean): Record<string, unknown> {
  const settings: Record<string, unknown> = { trusted, previewInClient: true };
  for (const name of FORWARDED) {
    const value = values.get(name);
    if (value !== undefined && value !== null) {
      settings[name] = value;
    }
  }
  return settings;
}
