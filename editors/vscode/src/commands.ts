import * as vscode from "vscode";

import { counted } from "./rules";
import type { Server } from "./server";

/** The commands of the palette. Their names are not the server's: the client registers those itself. */
export function registerCommands(server: Server, output: vscode.LogOutputChannel): vscode.Disposable {
  const commands: Record<string, () => unknown> = {
    "relint.restart": () => server.restart(),
    "relint.showOutput": () => {
      output.show();
    },
    "relint.fixFile": () => fixFile(server),
    "relint.fixRule": () => fixRule(server),
    "relint.openRule": () => openRule(server),
    "relint.showDebug": () => showDebug(server),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run)),
  );
}

async function fixFile(server: Server): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri) {
    await server.run("relint.fixAll", uri.toString());
  }
}

async function fixRule(server: Server): Promise<void> {
  const code = await choose("Fix everywhere in the workspace");
  if (code) {
    await server.run("relint.fixAllInWorkspace", code);
  }
}

async function openRule(server: Server): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const code = codeAtCursor() ?? (await choose("Show the page of"));
  if (code) {
    await server.run("relint.showRule", code, ...(uri ? [uri.toString()] : []));
  }
}

async function showDebug(server: Server): Promise<void> {
  const content = JSON.stringify((await server.run("relint.debugInformation")) ?? {}, undefined, 2);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "json", content }));
}

function codeAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return undefined;
  }
  const here = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter((each) => each.range.contains(editor.selection.active));
  return counted(here)[0]?.code;
}

/** Ask for a rule: one that has findings in the open files, or any that is typed. */
async function choose(title: string): Promise<string | undefined> {
  const all = vscode.languages.getDiagnostics().flatMap(([, diagnostics]) => diagnostics);
  const items = counted(all).map(({ code, count }) => ({ label: code, description: `${count} in open files` }));
  const other = { label: "Another rule...", description: "" };
  const chosen = items.length > 0 ? await vscode.window.showQuickPick([...items, other], { title }) : other;
  if (chosen !== other) {
    return chosen?.label;
  }
  const typed = await vscode.window.showInputBox({ title, prompt: "A rule's code", placeHolder: "REL101" });
  return typed?.trim().toUpperCase();
}
