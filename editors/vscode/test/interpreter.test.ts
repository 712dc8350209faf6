import assert from "node:assert/strict";
import { test } from "node:test";

import { interpreters, type Machine, NotFound, serverCommand, type Wishes } from "../src/interpreter";
import type { Probe } from "../src/probe";

const DEFAULTS: Wishes = {
  program: "",
  interpreter: "",
  selected: undefined,
  fallback: "python",
  importStrategy: "fromEnvironment",
  trusted: true,
  folders: ["/project"],
};

const HAS: Probe = { python: "3.11", environment: true, bundled: true };
const BARE: Probe = { python: "3.12", environment: false, bundled: false };

function machine(programs: Record<string, string>, pythons: Record<string, Probe>): Machine {
  return { find: (name) => programs[name], probe: (python) => Promise.resolve(pythons[python]) };
}

const finder = (name: string): string | undefined => ({ python: "/usr/bin/python", python3: "/usr/bin/python3" })[name];

test("the selected interpreter comes first, then the default, then what is on the PATH", () => {
  const wishes = { ...DEFAULTS, selected: "/project/.venv/bin/python", fallback: "/opt/python" };
  const all = ["/project/.venv/bin/python", "/opt/python", "/usr/bin/python3", "/usr/bin/python"];
  assert.deepEqual(interpreters(wishes, finder), all);
});

test("an interpreter is looked at once", () => {
  assert.deepEqual(interpreters(DEFAULTS, finder), ["/usr/bin/python", "/usr/bin/python3"]);
});

test("relint.interpreter is the only one where it is set", () => {
  assert.deepEqual(interpreters({ ...DEFAULTS, interpreter: "/opt/python", selected: "/x" }, finder), ["/opt/python"]);
});

test("no interpreter of a workspace that is not trusted", () => {
  const wishes = { ...DEFAULTS, trusted: false, selected: "/project/.venv/bin/python" };
  assert.deepEqual(interpreters(wishes, finder), ["/usr/bin/python", "/usr/bin/python3"]);
  const beside = { ...wishes, selected: "/project-tools/bin/python" };
  assert.equal(interpreters(beside, finder)[0], "/project-tools/bin/python");
  const odd = { ...wishes, selected: "/project/..venv/bin/python" };
  assert.equal(interpreters(odd, finder)[0], "/usr/bin/python");
});

test("relint.path is started as it is", async () => {
  const found = await serverCommand({ ...DEFAULTS, program: "/opt/relint" }, "launch.py", machine({}, {}));
  assert.deepEqual([found.command, ...found.args], ["/opt/relint", "server"]);
});

test("relint of the interpreter before the bundled one", async () => {
  const wishes = { ...DEFAULTS, selected: "/venv/python" };
  const found = await serverCommand(wishes, "launch.py", machine({}, { "/venv/python": HAS }));
  assert.deepEqual([found.command, ...found.args], ["/venv/python", "launch.py", "environment", "server"]);
});

test("the bundled one where the interpreter has none, or where it is wanted", async () => {
  const command = ["/venv/python", "launch.py", "bundled", "server"];
  const wishes = { ...DEFAULTS, selected: "/venv/python" };
  const without = machine({}, { "/venv/python": { ...HAS, environment: false } });
  const missing = await serverCommand(wishes, "launch.py", without);
  assert.deepEqual([missing.command, ...missing.args], command);
  const wanted = { ...wishes, importStrategy: "useBundled" as const };
  const found = await serverCommand(wanted, "launch.py", machine({}, { "/venv/python": HAS }));
  assert.deepEqual([found.command, ...found.args], command);
});

test("the next interpreter where the first cannot, and the program on the PATH at last", async () => {
  const wishes = { ...DEFAULTS, selected: "/venv/python", fallback: "/other/python" };
  const second = await serverCommand(wishes, "l", machine({}, { "/venv/python": BARE, "/other/python": HAS }));
  assert.equal(second.command, "/other/python");
  const program = await serverCommand(wishes, "l", machine({ relint: "/bin/relint" }, { "/venv/python": BARE }));
  assert.deepEqual([program.command, ...program.args], ["/bin/relint", "server"]);
});

test("a program inside a workspace that is not trusted is not started", async () => {
  const inside = machine({ relint: "/project/bin/relint" }, {});
  await assert.rejects(serverCommand({ ...DEFAULTS, trusted: false }, "l", inside), NotFound);
  assert.equal((await serverCommand(DEFAULTS, "l", inside)).command, "/project/bin/relint");
});

test("what was looked at is said when nothing is found", async () => {
  const wishes = { ...DEFAULTS, selected: "/venv/python", fallback: "/gone" };
  await assert.rejects(serverCommand(wishes, "l", machine({}, { "/venv/python": BARE })), (error: Error) => {
    assert.ok(error instanceof NotFound);
    assert.match(error.message, /\/venv\/python \(Python 3\.12\) has no relint; \/gone does not start/);
    assert.match(error.message, /pip install 'relint\[lsp\]'/);
    return true;
  });
});
