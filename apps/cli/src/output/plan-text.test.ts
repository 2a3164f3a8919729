import { expect, test } from "vitest";
import { handMadePlan } from "../../test/hand-made-plan.js";
import { planText } from "./plan-text.js";

const plain = (_: unknown, text: string): string => text;

test("a mark for each, changes field by field, what is hidden, what is left, the sum", () => {
  expect(planText(handMadePlan, { style: plain })).toBe(`factory on swarm:
  + network factory_back
  - config factory_conf_0123456789ab
  ? volume web_data: Its data may be needed
  ! network edge: conflict: It is not this project's
  + new
  ~ api
      command      sh -c "one"\\nsecond line => sh -c "another one which is rather long, so that it does not fit into eighty columns"
      env.TOKEN    (hidden) => (hidden)
      image        demo:1 => demo:2
      labels.team  (none) => ""
  ± db: removed and made anew: Its mode can't be changed in place
      mode  replicated => global
  ~ edited: changed by hand since it was deployed
      resources.Limits.MemoryBytes  67108864 => (none)
  ~ opaque: differs from the file; the platform can't tell in what
  ~ legacy: taken over
  ! cache: conflict: The service cache belongs to the project other
  - gone: not in the file
  ? left: not in the file; \`ofdeploy up --prune\` removes it

factory: 2 to create, 3 to change, 1 to replace, 1 to take over, 2 to remove, 2 conflicts; 2 unchanged, 3 left there
`);
});

test("what is unchanged is counted, and listed on request", () => {
  const calm = { ...handMadePlan, apps: handMadePlan.apps.slice(-1), orphans: [], resources: [] };
  expect(planText(calm, { style: plain })).toBe("factory: nothing to do; 1 unchanged\n");
  expect(planText(calm, { style: plain, verbose: true })).toBe(
    "factory on swarm:\n  = same\n\nfactory: nothing to do; 1 unchanged\n",
  );
});

test("what is kept for a rollback is counted, and listed on request", () => {
  expect(planText(handMadePlan, { style: plain, verbose: true })).toContain(
    "  ? secret factory_key_ba9876543210: A rollback of api needs it\n",
  );
});

test("a change that is wider than the terminal takes three lines, and is not cut", () => {
  const text = planText(handMadePlan, { style: plain, width: 40 });
  expect(text).toContain(
    '      command\n        - sh -c "one"\\nsecond line\n        + sh -c "another one which is rather long, so',
  );
  expect(text).toContain('      labels.team  (none) => ""\n');
});

test("colours are put round the marks only, and nothing moves the cursor", () => {
  const style = (_: unknown, text: string): string => `<${text}>`;
  const [app] = handMadePlan.apps;
  const evil = { ...handMadePlan, apps: [{ ...app!, app: "a\u001b[2J" }], orphans: [], resources: [] };
  expect(planText(evil, { style })).toContain("  <+ a[2J>\n");
});
