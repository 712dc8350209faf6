import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";

import { SELECTOR } from "./documents";
import { NotFound, serverCommand } from "./interpreter";
import { find, probe } from "./probe";
import type { Previews, Suggestion } from "./previews";
import { serverSettings } from "./settings";
import type { Status } from "./status";
import { wishes } from "./wishes";

/** The one server of the window: started, stopped and started again. */
export class Server {
  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly launcher: string,
    private readonly output: vscode.LogOutputChannel,
    private readonly status: Status,
    private readonly previews: Previews,
  ) {}

  /** Start it, or stop it and start it as the settings say now. One at a time. */
  restart(): Promise<void> {
    this.queue = this.queue.then(async () => {
      await this.end();
      await this.begin();
    });
    return this.queue;
  }

  stop(): Promise<void> {
    this.queue = this.queue.then(() => this.end());
    return this.queue;
  }

  /** Run one of the server's commands. */
  async run(command: string, ...args: unknown[]): Promise<unknown> {
    if (this.client?.state !== State.Running) {
      void vscode.window.showWarningMessage("relint does not run: see its output.");
      return undefined;
    }
    return vscode.commands.executeCommand(command, ...args);
  }

  private async begin(): Promise<void> {
    this.status.starting();
    try {
      const machine = { find, probe: (python: string) => probe(python, this.launcher) };
      const { command, args, from } = await serverCommand(await wishes(), this.launcher, machine);
      this.output.info(`starting ${[command, ...args].join(" ")}`);
      this.client = this.newClient(command, args);
      await this.client.start();
      this.status.running(this.client.initializeResult?.serverInfo?.version, from);
      this.watch(this.client, from);
    } catch (error) {
      this.explain(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.output.warn(`the server did not stop as it should: ${String(error)}`); // one that crashed cannot
    }
  }

  private watch(client: LanguageClient, from: string): void {
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) {
        return; // it is being stopped
      }
      if (newState === State.Running) {
        this.status.running(client.initializeResult?.serverInfo?.version, from);
      } else if (newState === State.Stopped) {
        this.status.failed("the server has ended");
      }
    });
  }

  private explain(error: Error): void {
    this.output.error(error.message);
    this.status.failed(error.message);
    const message = error instanceof NotFound ? error.message : `relint did not start: ${error.message}`;
    void vscode.window.showErrorMessage(message, "Show output", "Settings").then((answer) => {
      if (answer === "Show output") {
        this.output.show();
      } else if (answer === "Settings") {
        void vscode.commands.executeCommand("workbench.action.openSettings", "relint");
      }
    });
  }

  private newClient(command: string, args: readonly string[]): LanguageClient {
    const settingsOf = (resource: vscode.Uri | undefined): Record<string, unknown> =>
      serverSettings(vscode.workspace.getConfiguration("relint", resource), vscode.workspace.isTrusted);
    return new LanguageClient(
      "relint",
      "relint",
      { command, args: [...args] },
      {
        documentSelector: SELECTOR,
        outputChannel: this.output,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: () => settingsOf(vscode.workspace.workspaceFolders?.[0]?.uri),
        middleware: {
          workspace: {
            configuration: ({ items }) =>
              items.map((item) => settingsOf(item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri))),
            // The server asks for what it needs, folder by folder; what is pushed holds settings that are not its own.
            didChangeConfiguration: (_sections, next) => next(undefined),
          },
          executeCommand: async (name, given, next) => {
            const answer: unknown = await next(name, given);
            await this.show(name, given, answer);
            return answer;
          },
        },
      },
    );
  }

  /** Show what a command of the server returned, as `previewInClient` promises. */
  private async show(command: string, [first]: unknown[], answer: unknown): Promise<void> {
    if (command === "relint.previewFix" && typeof first === "string" && answer) {
      await this.previews.showSuggestion(first, answer as Suggestion);
    } else if (command === "relint.showRule" && typeof answer === "string") {
      await this.previews.showPage(String(first), answer);
    }
  }
}
