/** Where variables in a setting point to. */
export interface Places {
  readonly workspaceFolder: string | undefined;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A path with `${workspaceFolder}`, `${userHome}`, `${env:NAME}` and a leading `~` replaced. */
export function substitute(value: string, places: Places): string {
  const replaced = value.replace(/\$\{(workspaceFolder|userHome|env:([^}]+))\}/g, (whole, what: string, name?: string) => {
    if (what === "workspaceFolder") {
      return places.workspaceFolder ?? whole;
    }
    return name === undefined ? places.home : (places.env[name] ?? "");
  });
  return replaced === "~" || /^~[/\\]/.test(replaced) ? places.home + replaced.slice(1) : replaced;
}
