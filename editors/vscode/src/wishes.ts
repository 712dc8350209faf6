import * as os from "node:os";
import * as vscode from "vscode";

import type { ImportStrategy, Wishes } from "./interpreter";
import { selectedInterpreter } from "./python";
import { substitute } from "./substitute";

/** What the settings say about which relint to start; the first folder decides for the window. */
export async function wishes(): Promise<Wishes> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((each) => each.uri);
  const places = { workspaceFolder: folders[0]?.fsPath, home: os.homedir(), env: process.env };
  const text = (section: string, name: string): string =>
    substitute(vscode.workspace.getConfiguration(section, folders[0]).get<string>(name, ""), places);
  return {
    program: text("relint", "path"),
    interpreter: text("relint", "interpreter"),
    selected: await selectedInterpreter(folders[0]),
    fallback: text("python", "defaultInterpreterPath"),
    importStrategy: text("relint", "importStrategy") as ImportStrategy,
    trusted: vscode.workspace.isTrusted,
    folders: folders.map((each) => each.fsPath),
  };
}
