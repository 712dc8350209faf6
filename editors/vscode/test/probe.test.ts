import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

import { find, parsed, probe } from "../src/probe";

const scratch = mkdtempSync(path.join(tmpdir(), "relint-probe-"));
after(() => {
  rmSync(scratch, { recursive: true });
});

test("the answer is the last line", () => {
  const answer = '{"python": "3.11", "environment": true, "bundled": false}\n';
  assert.deepEqual(parsed(`hello from sitecustomize\n${answer}`), { python: "3.11", environment: true, bundled: false });
});

test("what is no answer is none", () => {
  for (const output of ["", "\n", "null", "3", "{}", "Traceback", '{"environment": true}']) {
    assert.equal(parsed(output), undefined, output);
  }
});

test("programs are found on the PATH, in absolute folders only", { skip: process.platform === "win32" }, () => {
  const [plain, inside] = [path.join(scratch, "plain"), path.join(scratch, "inside")];
  mkdirSync(path.join(plain, "tool"), { recursive: true });
  mkdirSync(inside);
  writeFileSync(path.join(inside, "tool"), "");
  chmodSync(path.join(inside, "tool"), 0o755);
  writeFileSync(path.join(inside, "text"), "");
  const env = { PATH: `${path.relative(process.cwd(), inside)}::${plain}:${inside}` };
  assert.equal(find("tool", env), path.join(inside, "tool"));
  assert.equal(find("text", env), undefined);
  assert.equal(find("tool", { PATH: path.relative(process.cwd(), inside) }), undefined);
  assert.equal(find("tool", {}), undefined);
});

test("a Python that does not start is none", async () => {
  assert.equal(await probe(path.join(scratch, "no-python"), "bundled/launch.py"), undefined);
});

test("a Python says its version", { skip: find("python3") === undefined }, async () => {
  const answer = await probe(find("python3") ?? "", path.resolve("bundled/launch.py"));
  assert.match(answer?.python ?? "", /^3\.\d+$/);
});
