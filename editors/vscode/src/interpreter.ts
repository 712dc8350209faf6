import * as path from "node:path";

import type { Probe } from "./probe";

export type ImportStrategy = "fromEnvironment" | "useBundled";

/** What decides which relint is started. Paths are absolute, variables in them replaced. */
export interface Wishes {
  /** `relint.path`. */
  readonly program: string;
  /** `relint.interpreter`. */
  readonly interpreter: string;
  /** What the Python extension has selected. */
  readonly selected: string | undefined;
  /** `python.defaultInterpreterPath`. */
  readonly fallback: string;
  readonly importStrategy: ImportStrategy;
  readonly trusted: boolean;
  /** The folders of the workspace. */
  readonly folders: readonly string[];
}

/** How to look at the machine; replaced in tests. */
export interface Machine {
  /** The absolute path of a program on the `PATH`. */
  find(name: string): string | undefined;
  /** What a Python has; undefined when it does not start. */
  probe(python: string): Promise<Probe | undefined>;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Where relint comes from, for people. */
  readonly from: string;
}

export class NotFound extends Error {}

/** Pythons to look at, the best first. None from inside a workspace that is not trusted: starting it runs its code. */
export function interpreters(wishes: Wishes, find: (name: string) => string | undefined): string[] {
  const named = wishes.interpreter ? [wishes.interpreter] : [wishes.selected, wishes.fallback];
  const found = named.flatMap((each) => {
    const python = each && (path.isAbsolute(each) ? each : find(each));
    return python ? [python] : [];
  });
  if (!wishes.interpreter) {
    found.push(...["python3", "python"].flatMap((name) => find(name) ?? []));
  }
  return [...new Set(found)].filter((each) => wishes.trusted || !isWithin(each, wishes.folders));
}

/** The command that starts the server. Raises `NotFound` with what a person can do about it. */
export async function serverCommand(wishes: Wishes, launcher: string, machine: Machine): Promise<Command> {
  if (wishes.program) {
    return { command: wishes.program, args: ["server"], from: wishes.program };
  }
  const seen: string[] = [];
  for (const python of interpreters(wishes, (name) => machine.find(name))) {
    const probe = await machine.probe(python);
    const source = probe && chosen(probe, wishes.importStrategy);
    if (source) {
      const from = source === "bundled" ? `the extension, with ${python}` : python;
      return { command: python, args: [launcher, source, "server"], from };
    }
    seen.push(probe ? `${python} (Python ${probe.python}) has no relint` : `${python} does not start`);
  }
  const program = wishes.importStrategy === "fromEnvironment" ? machine.find("relint") : undefined;
  if (program && (wishes.trusted || !isWithin(program, wishes.folders))) {
    return { command: program, args: ["server"], from: program };
  }
  const looked = seen.length > 0 ? seen.join("; ") : "there is no Python";
  throw new NotFound(`relint was not found: ${looked}. Install it with \`pip install 'relint[lsp]'\`, or set relint.path.`);
}

function chosen(probe: Probe, strategy: ImportStrategy): "environment" | "bundled" | undefined {
  if (strategy === "fromEnvironment" && probe.environment) {
    return "environment";
  }
  return probe.bundled ? "bundled" : undefined;
}

function isWithin(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const relative = path.relative(folder, file);
    return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  });
}
