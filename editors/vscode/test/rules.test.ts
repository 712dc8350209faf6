import assert from "node:assert/strict";
import { test } from "node:test";

import { codeOf, counted } from "../src/rules";

test("only relint's findings count, most frequent first", () => {
  const shown = [
    { source: "relint", code: { value: "REL301" } },
    { source: "relint", code: { value: "REL101" } },
    { source: "relint", code: "REL101" },
    { source: "ruff", code: "S113" },
    { source: "relint" },
  ];
  assert.deepEqual(counted(shown), [
    { code: "REL101", count: 2 },
    { code: "REL301", count: 1 },
  ]);
  assert.equal(codeOf({ source: "other", code: 1 }), undefined);
});
