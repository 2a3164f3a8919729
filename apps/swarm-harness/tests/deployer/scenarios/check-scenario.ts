import { DeploymentError, type ResourceKind, supports } from "@openfactory/deploy-core";
import { expect } from "vitest";
import type { UpReport } from "@openfactory/deployer";
import { plan } from "@openfactory/deployer";
import type { Plan } from "@openfactory/deployer";
import { PROJECT_LABEL } from "@openfactory/deployer";
import type { UpOptions } from "@openfactory/deployer";
import { up } from "@openfactory/deployer";
import { type PlatformFixture, nameOf, projectOf } from "./platform-fixture.js";
import type { Scenario } from "./scenario.js";

/** Why a scenario can't run on a platform; undefined if it can. */
export function skipReason({ requires = [] }: Scenario, fixture: PlatformFixture): string | undefined {
  const { supportedFields } = fixture.strategy.manifest;
  const missing = requires.find((need) => {
    if (need === "stop" || need === "recreateNetwork" || need === "duplicateNetwork")
      return fixture[need] === undefined;
    if (need === "network" || need === "config")
      return !kindsOf(fixture).includes(need) || !supportedFields.includes(`${need}s`);
    return !supports(fixture.strategy, need);
  });
  return missing === undefined ? undefined : `the platform has no ${missing}`;
}

/** Creates the starting state, checks the plan, applies it, and checks the report and the engine. */
export async function checkScenario(
  { given = [], when, desired, ...expected }: Scenario,
  fixture: PlatformFixture,
): Promise<void> {
  const { strategy } = fixture;
  const options = { ...fixture.options, ...expected.options };
  for (const file of given)
    expect(await up(strategy, projectOf(fixture, file), fixture.options)).toMatchObject({ outcome: "ok" });
  await when?.(fixture);
  const file = projectOf(fixture, desired);

  expect(describePlan(await plan(strategy, file, { ...options, refresh: options.refresh ?? false }), fixture)).toEqual(
    onPlatform(expected.plan, fixture),
  );

  const whole = describePlan(await plan(strategy, file, options), fixture);
  let seen: Plan | undefined;
  const observer: UpOptions["observer"] = (event) => {
    if (event.type === "plan") seen = event.plan;
  };
  const report = await up(strategy, file, { ...options, observer }).catch((error: unknown) => {
    if (expected.end.outcome === "refused" && DeploymentError.isInstance(error, "CONFLICT")) return undefined;
    throw error;
  });
  // By default, `plan` reads more than `up`. Both plan the same changes, except those that only an inspection reveals.
  if (!needsInspection(whole))
    expect(changesIn(seen && describePlan(seen, fixture)), "what up saw").toEqual(changesIn(whole));
  const { outcome = "ok", apps = {}, versions, warnings = [], resources = [] } = expected.end;
  if (warnings.length > 0)
    expect(report?.warnings.map(({ code }) => code)).toEqual(expect.arrayContaining([...warnings]));
  expect(report?.outcome ?? "refused").toBe(outcome);
  for (const [app, outcomes] of Object.entries(apps)) {
    expect([outcomes].flat(), app).toContain(report?.apps.find((verdict) => verdict.app === app)?.outcome);
  }
  if (report !== undefined) await checkStates(report, versions, fixture);
  for (const [app, version] of Object.entries(versions))
    expect(await fixture.versionOf(nameOf(fixture, app)), `version of ${app}`).toBe(version);
  expect(await resourcesOf(fixture)).toEqual(resources);

  if (outcome !== "ok") return;
  // A second run has no changes.
  const { hasChanges } = await plan(strategy, file, options);
  expect(hasChanges, "changes after up").toBe(false);
}

const changesIn = (words: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(words).filter(([, action]) => action !== "keep"));

const needsInspection = (words: Readonly<Record<string, string>>): boolean =>
  Object.values(words).some((action) => action.endsWith("drifted"));

/** Checks that the states in the report are true. */
async function checkStates(
  { apps }: UpReport,
  versions: Readonly<Record<string, number>>,
  fixture: PlatformFixture,
): Promise<void> {
  for (const { app, service, now } of apps) {
    if (versions[app] === undefined) continue;
    const version = await fixture.versionOf(service);
    expect(now === "absent", `${app} is reported as ${now}, and its version is ${version}`).toBe(version === 0);
  }
}

const kindsOf = ({ strategy }: PlatformFixture): readonly ResourceKind[] =>
  supports(strategy, "resources") ? strategy.resourceKinds.filter((kind) => kind !== "volume") : [];

async function resourcesOf(fixture: PlatformFixture): Promise<string[]> {
  const { strategy, project } = fixture;
  if (!supports(strategy, "resources")) return [];
  const found = await strategy.listResources({ kinds: kindsOf(fixture), labels: { [PROJECT_LABEL]: project } });
  return found.map(({ name }) => name.replace(`${project}-`, "")).sort();
}

const describePlan = ({ apps, orphans, resources }: Plan, { project }: PlatformFixture): Record<string, string> =>
  Object.fromEntries([
    ...apps.map(({ app, action, changes, drifted }) => [
      app,
      [action, ...changes.map(({ path }) => path), ...(drifted ? ["drifted"] : [])].join(" "),
    ]),
    ...orphans.map(({ app, action }) => [app, action]),
    ...resources.map(({ name, action }) => [name.replace(`${project}-`, ""), action]),
  ]);

/** The plan on this platform: without `update`, a service is replaced; without `settings`, there are no paths. */
function onPlatform(expected: Scenario["plan"], { strategy }: PlatformFixture): Record<string, unknown> {
  const replaces = !supports(strategy, "update");
  return Object.fromEntries(
    Object.entries(expected).map(([app, words]) => {
      const [action = "", ...paths] = words.split(" ");
      const onHere = replaces && action === "update" ? "replace" : action;
      if (paths.includes("*")) return [app, expect.stringMatching(new RegExp(`^${onHere}( |$)`))];
      const reported = supports(strategy, "settings") ? paths : paths.filter((path) => path === "drifted");
      return [app, [onHere, ...reported].join(" ")];
    }),
  );
}
