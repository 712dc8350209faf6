import assert from "node:assert/strict";
import { test } from "node:test";

import { substitute } from "../src/substitute";

const PLACES = { workspaceFolder: "/project", home: "/home/me", env: { TOOLS: "/opt/tools" } };

test("variables and the home directory", () => {
  assert.equal(substitute("${workspaceFolder}/.venv/bin/python", PLACES), "/project/.venv/bin/python");
  assert.equal(substitute("${env:TOOLS}/python${env:NONE}", PLACES), "/opt/tools/python");
  assert.equal(substitute("${userHome}/bin:~", PLACES), "/home/me/bin:~");
  assert.equal(substitute("~/bin/python", PLACES), "/home/me/bin/python");
  assert.equal(substitute("~other/bin", PLACES), "~other/bin");
  assert.equal(substitute("", PLACES), "");
});

test("without a folder its variable stays, so that the message shows it", () => {
  assert.equal(substitute("${workspaceFolder}/x", { ...PLACES, workspaceFolder: undefined }), "${workspaceFolder}/x");
});
