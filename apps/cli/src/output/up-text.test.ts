import { expect, test } from "vitest";
import { badReport, goodReport, verdict } from "../../test/sample-reports.js";
import { errorTexts } from "./messages.js";
import { upErrors, upText } from "./up-text.js";

test("upText() prints the result for each app, resource and orphan, and the total", () => {
  expect(upText(goodReport)).toBe(`APP  RESULT     REPLICAS  TOOK   NOTE
web  updated    2/2       1.5 s
db   unchanged  -         1.5 s
job  completed  -         1.5 s
old  adopted    -         1.5 s
created: network factory_back, secret factory_key_0123456789ab
removed: config factory_conf_0123456789ab
gone: removed (not in the file)
factory: 1 completed, 1 updated, 1 adopted, 1 unchanged in 4.2 s
`);
});

test("upText() prints the steps that reverted a failed run, and the current version of each app", () => {
  expect(upText(badReport)).toBe(`APP    RESULT       NOW               REPLICAS  TOOK   NOTE
web    reverted     previous version  -         1.5 s  db failed
new    reverted     not deployed      -         1.5 s  db failed
db     failed       previous version  -         1.5 s  TASK_FAILED
api    rolled back  previous version  -         1.5 s  the new version failed
ui     skipped      not deployed      -         1.5 s  db failed
mail   skipped      previous version  -         1.5 s  db failed
cache  reverted     unknown           -         1.5 s  could not be reverted
reverted: network factory_back
reverting this run:
  cache: previous settings not restored: The update of cache timed out. (2 min 0 s)
  web: rolled back (0.9 s)
  new: removed (0.1 s)
  network factory_back: removed (0.0 s)
factory: 1 rolled back, 1 failed, 3 reverted, 2 skipped in 4.2 s
factory now: 4 previous version, 2 not deployed, 1 unknown
`);
});

test("upText() only counts unchanged apps if there are more than 30 apps", () => {
  const same = Array.from({ length: 31 }, (_, index) => verdict(`app${index}`, "unchanged"));
  expect(upText({ ...goodReport, orphans: [], resources: [], apps: same })).toBe("factory: 31 unchanged in 4.2 s\n");
  const text = upText({ ...goodReport, apps: [...same, verdict("web", "updated")] });
  expect(text).toContain("\nweb  updated");
  expect(text).not.toContain("app1");
});

test("errorTexts() prints each error once, with task, node, exit code and last log lines, then the pages of the codes", () => {
  expect(errorTexts(upErrors(badReport), (_, text) => text))
    .toBe(`error[TASK_FAILED] Service db is in a crash loop (2 tasks ended): the process exited on node-2 with exit code 3.
  instance 0123456789ab, node node-2, exit code 3
  last log lines:
  | no disk
  hint: Read its log.
error[ROLLED_BACK] The engine rolled api back.
error[TIMEOUT] The update of cache timed out.
  help: https://openfactoryio.github.io/openfactory-deploy/errors/TASK_FAILED
  help: https://openfactoryio.github.io/openfactory-deploy/errors/ROLLED_BACK
  help: https://openfactoryio.github.io/openfactory-deploy/errors/TIMEOUT
`);
});

test.each([40, 80, 200])("upText() fits into %d columns", (width) => {
  const table = upText(badReport, width).split("reverted: network")[0] ?? "";
  for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  expect(table).toContain("rolled back");
});
