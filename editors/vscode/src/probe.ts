import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import * as path from "node:path";

const LIMIT = 20_000; // milliseconds: a Python on a network drive takes its time

/** What `bundled/launch.py probe` says of a Python. */
export interface Probe {
  /** "3.11" */
  readonly python: string;
  /** It has relint and what its server needs. */
  readonly environment: boolean;
  /** The relint that comes with the extension runs in it. */
  readonly bundled: boolean;
}

/** Ask a Python what it has. Undefined when it does not start, is too old, or does not answer. */
export function probe(python: string, launcher: string): Promise<Probe | undefined> {
  return new Promise((done) => {
    execFile(python, [launcher, "probe"], { timeout: LIMIT, cwd: path.dirname(launcher) }, (error, stdout) => {
      done(error ? undefined : parsed(stdout));
    });
  });
}

/** Read the probe's answer: the last line, below what a sitecustomize may print. */
export function parsed(output: string): Probe | undefined {
  try {
    const answer = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Partial<Probe> | null;
    if (typeof answer?.python !== "string") {
      return undefined;
    }
    return { python: answer.python, environment: answer.environment === true, bundled: answer.bundled === true };
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** A program on the `PATH`; entries that are relative are left out, they would depend on the workspace. */
export function find(name: string, env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const windows = process.platform === "win32";
  const endings = windows ? (env.PATHEXT ?? ".EXE;.CMD;.BAT").split(";") : [""];
  for (const folder of (env.PATH ?? env.Path ?? "").split(path.delimiter)) {
    for (const ending of path.isAbsolute(folder) ? endings : []) {
      const file = path.join(folder, name + ending);
      if (isProgram(file)) {
        return file;
      }
    }
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not for us
  }
}
