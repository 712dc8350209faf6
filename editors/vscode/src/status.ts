import * as vscode from "vscode";

import { SELECTOR } from "./documents";

/** The item beside the language's name in the status bar: whether the server runs, and which. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("relint", [...SELECTOR]);

  constructor() {
    this.item.name = "relint";
    this.item.command = { title: "Output", command: "relint.showOutput" };
  }

  starting(): void {
    this.say("relint", "starting", vscode.LanguageStatusSeverity.Information, true);
  }

  running(version: string | undefined, from: string): void {
    this.say(version ? `relint ${version}` : "relint", `from ${from}`, vscode.LanguageStatusSeverity.Information);
  }

  failed(why: string): void {
    this.say("relint does not run", why, vscode.LanguageStatusSeverity.Error);
  }

  dispose(): void {
    this.item.dispose();
  }

  private say(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy = false): void {
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = busy;
  }
}
