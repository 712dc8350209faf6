import * as vscode from "vscode";

import { registerCommands } from "./commands";
import { Previews } from "./previews";
import { pythonApi } from "./python";
import { Server } from "./server";
import { CLIENT_ONLY } from "./settings";
import { Status } from "./status";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("relint", { log: true });
  const status = new Status();
  const previews = new Previews();
  const started = new Server(context.asAbsolutePath("bundled/launch.py"), output, status, previews);
  server = started;
  const restart = (): void => void started.restart();
  context.subscriptions.push(
    output,
    status,
    previews,
    registerCommands(started, output),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const ours = CLIENT_ONLY.filter((name) => name !== "trace").map((name) => `relint.${name}`);
      if ([...ours, "python.defaultInterpreterPath"].some((name) => event.affectsConfiguration(name))) {
        restart();
      }
    }),
  );
  await started.restart();
  const python = await pythonApi();
  if (python) {
    context.subscriptions.push(python.environments.onDidChangeActiveEnvironmentPath(restart));
  }
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
