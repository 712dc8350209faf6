/** A diagnostic, as far as it is needed here. */
export interface Shown {
  readonly source?: string | undefined;
  readonly code?: string | number | { readonly value: string | number } | undefined;
}

/** The rules that have findings, most frequent first. */
export function counted(diagnostics: readonly Shown[]): { code: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const each of diagnostics) {
    const code = codeOf(each);
    if (code !== undefined) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  const pairs = [...counts].map(([code, count]) => ({ code, count }));
  return pairs.sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
}

/** relint's code of a diagnostic; undefined for one of somebody else. */
export function codeOf(diagnostic: Shown): string | undefined {
  if (diagnostic.source !== "relint" || diagnostic.code === undefined) {
    return undefined;
  }
  return String(typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code);
}
