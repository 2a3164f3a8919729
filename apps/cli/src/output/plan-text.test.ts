import { expect, test } from "vitest";
import { samplePlan } from "../../test/sample-plan.js";
import { planText } from "./plan-text.js";

const plain = (_: unknown, text: string): string => text;

test("planText() prints each entry with its mark, position and changed keys, hides masked values, and ends with problems and the total", () => {
  expect(planText(samplePlan, { style: plain })).toBe(`factory on swarm:
  + network factory_back (openfactory.yml:140)
  - config factory_conf_0123456789ab
  ? volume web_data: Its data may be needed
  ! network edge: conflict: It is not this project's
  + new
  ~ api (openfactory.yml:12)
            :15  command              sh -c "one"\\nsecond line => sh -c "another one which is rather long, so that it does not fit into eighty columns"
      api.env:3  environment.TOKEN    (hidden) => (hidden)
                 image                demo:1 => demo:2
           :120  labels.team          (none) => ""
            :17  ports[0] (8080/tcp)  (none) => 80
  ± db: replaced: Its mode can't be changed in place
      mode  replicated => global
  ~ edited: changed manually since the last deploy
      resources.Limits.MemoryBytes  64Mi => (none)
  ~ opaque: differs from the file; the platform does not report the fields
  ~ legacy: adopted
  ! cache: conflict: Service cache belongs to the project other
  - gone: not in the file
  ? left: not in the file; \`ofdeploy up --prune\` removes it

The preflight found 2 problems. Until solved, \`ofdeploy up\` changes nothing:
  ! api: ports[0] (openfactory.yml:17): CONFLICT
      Host port 8080 is already in use by container "old-api".
      hint: Stop the container, or publish another port.
  ! new: IMAGE_NOT_FOUND
      There is no image demo:9.

factory: 2 to create, 3 to change, 1 to replace, 1 to adopt, 2 to remove, 2 conflicts; 2 unchanged, 3 kept
`);
});

test("planText() counts unchanged entries, and lists them with verbose", () => {
  const calm = { ...samplePlan, apps: samplePlan.apps.slice(-1), orphans: [], resources: [], findings: [] };
  expect(planText(calm, { style: plain })).toBe("factory: nothing to do; 1 unchanged\n");
  expect(planText(calm, { style: plain, verbose: true })).toBe(
    "factory on swarm:\n  = same\n\nfactory: nothing to do; 1 unchanged\n",
  );
});

test("planText() counts configs and secrets kept for a rollback, and lists them with verbose", () => {
  expect(planText(samplePlan, { style: plain, verbose: true })).toContain(
    "  ? secret factory_key_ba9876543210: Needed for a rollback of api\n",
  );
});

test("planText() prints a change that is wider than the terminal on three lines, without cutting it", () => {
  const text = planText(samplePlan, { style: plain, width: 60 });
  expect(text).toContain(
    '            :15  command\n                   - sh -c "one"\\nsecond line\n                   + sh -c "another one which is rather long, so',
  );
  expect(text).toContain('           :120  labels.team          (none) => ""\n');
  expect(text).toContain('      Host port 8080 is already in use by container\n      "old-api".\n');
});

test("planText() colors only the marks and names, and removes control characters", () => {
  const style = (_: unknown, text: string): string => `<${text}>`;
  const [app] = samplePlan.apps;
  const evil = { ...samplePlan, apps: [{ ...app!, app: "a\u001b[2J" }], orphans: [], resources: [], findings: [] };
  expect(planText(evil, { style })).toContain("  <+ a[2J>\n");
});
