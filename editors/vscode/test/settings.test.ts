import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CLIENT_ONLY, FORWARDED, serverSettings } from "../src/settings";

interface Manifest {
  contributes: {
    commands: { command: string }[];
    configuration: { properties: Record<string, { default?: unknown }> };
  };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const properties = manifest.contributes.configuration.properties;

function values(given: Record<string, unknown>): { get(name: string): unknown } {
  return { get: (name) => (name in given ? given[name] : properties[`relint.${name}`]?.default) };
}

test("every setting of package.json is forwarded or read here, and none is missing there", () => {
  const known = [...FORWARDED, ...CLIENT_ONLY].map((name) => `relint.${name}`).sort();
  const contributed = Object.keys(properties).map((name) => name.replace(".server", ""));
  assert.deepEqual(contributed.sort(), known);
});

test("what is not set is not sent", () => {
  const settings = serverSettings(values({}), false);
  for (const name of ["select", "ignore", "extendSelect", "exclude", "debounce"]) {
    assert.ok(!(name in settings), name);
  }
  assert.equal(settings.run, "onType");
});

test("an empty list is a value", () => {
  assert.deepEqual(serverSettings(values({ select: [] }), true).select, []);
});

test("trust is VS Code's, whatever the settings say", () => {
  assert.equal(serverSettings(values({ trusted: true }), false).trusted, false);
  assert.equal(serverSettings(values({}), true).trusted, true);
});

test("the settings of the client stay here", () => {
  const settings = serverSettings(values({ path: "/x", interpreter: "/y" }), true);
  assert.deepEqual(CLIENT_ONLY.filter((name) => name in settings), []);
});

test("the palette's commands do not have the names of the server's, which the client registers", () => {
  const server = ["relint.fixAll", "relint.fixAllInWorkspace", "relint.showRule", "relint.previewFix"];
  const ours = manifest.contributes.commands.map((each) => each.command);
  assert.deepEqual(ours.filter((name) => server.includes(name)), []);
  const source = readFileSync("src/commands.ts", "utf8");
  assert.deepEqual(ours.filter((name) => !source.includes(`"${name}":`)), []);
});
