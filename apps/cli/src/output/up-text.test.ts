import { expect, test } from "vitest";
import { badReport, goodReport, verdict } from "../../test/hand-made-reports.js";
import { errorTexts } from "./error-text.js";
import { upErrors, upText } from "./up-text.js";

test("what became of each app, of resources and of what is not in the file, and the sum", () => {
  expect(upText(goodReport)).toBe(`APP  RESULT     REPLICAS  TOOK   NOTE
web  updated    2/2       1.5 s
db   unchanged  -         1.5 s
job  completed  -         1.5 s
old  adopted    -         1.5 s
created: network factory_back, secret factory_key_0123456789ab
removed: config factory_conf_0123456789ab
gone: removed, since it is not in the file
factory: 1 completed, 1 updated, 1 adopted, 1 unchanged in 4.2 s
`);
});

test("a failed run says how it was put back, and what is there now", () => {
  expect(upText(badReport)).toBe(`APP    RESULT       NOW        REPLICAS  TOOK   NOTE
web    put back     as before  -         1.5 s  since db failed
new    put back     not there  -         1.5 s  since db failed
db     failed       as before  -         1.5 s  TASK_FAILED
api    rolled back  as before  -         1.5 s  the new version failed
ui     skipped      not there  -         1.5 s  not made, since db failed
mail   skipped      as before  -         1.5 s  not touched, since db failed
cache  put back     unknown    -         1.5 s  could not be put back
removed again: network factory_back
put back:
  cache: not changed back: The service cache was not changed back in time. (2 min 0 s)
  web: gone back to the version before (0.9 s)
  new: removed again (0.1 s)
  network factory_back: removed again (0.0 s)
factory: 1 rolled back, 1 failed, 3 put back, 2 skipped in 4.2 s
factory now: 4 as before, 2 not there, 1 unknown
`);
});

test("of many apps those that are unchanged are counted only", () => {
  const same = Array.from({ length: 31 }, (_, index) => verdict(`app${index}`, "unchanged"));
  expect(upText({ ...goodReport, orphans: [], resources: [], apps: same })).toBe("factory: 31 unchanged in 4.2 s\n");
  const text = upText({ ...goodReport, apps: [...same, verdict("web", "updated")] });
  expect(text).toContain("\nweb  updated");
  expect(text).not.toContain("app1");
});

test("each error is told once, with task, node, exit code and last lines", () => {
  expect(errorTexts(upErrors(badReport), (_, text) => text))
    .toBe(`error[TASK_FAILED] The process of db ended with exit code 3.
  instance 0123456789ab, node node-2, exit code 3
  last log lines:
  | no disk
  hint: Read its log.
error[ROLLED_BACK] The engine rolled api back.
error[TIMEOUT] The service cache was not changed back in time.
`);
});

test.each([40, 80, 200])("fits into %d columns", (width) => {
  const table = upText(badReport, width).split("removed again")[0] ?? "";
  for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  expect(table).toContain("rolled back");
});
