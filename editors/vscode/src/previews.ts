import * as path from "node:path";
import * as vscode from "vscode";

const SCHEME = "relint-preview";
const KEPT = 20; // texts; older previews become empty

/** What `relint.previewFix` returns. */
export interface Suggestion {
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

/** Shows texts that lie in no file: suggestions as a diff, and the pages of rules. */
export class Previews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private count = 0;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  async showSuggestion(of: string, suggestion: Suggestion): Promise<void> {
    const name = path.posix.basename(vscode.Uri.parse(of).path) || "suggestion.py";
    const [before, after] = [this.keep(name, suggestion.before), this.keep(name, suggestion.after)];
    await vscode.commands.executeCommand("vscode.diff", before, after, suggestion.title);
  }

  async showPage(name: string, markdown: string): Promise<void> {
    await vscode.commands.executeCommand("markdown.showPreview", this.keep(`${name}.md`, markdown));
  }

  dispose(): void {
    this.registration.dispose();
  }

  private keep(name: string, text: string): vscode.Uri {
    this.count += 1;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${this.count}/${name}` });
    this.texts.set(uri.toString(), text);
    for (const oldest of [...this.texts.keys()].slice(0, -KEPT)) {
      this.texts.delete(oldest);
    }
    return uri;
  }
}
