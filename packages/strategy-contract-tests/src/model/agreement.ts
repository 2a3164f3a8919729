import { parseRequest, supports } from "@openfactory/deploy-core";
import { expect } from "vitest";
import { expectSettings } from "../compare.js";
import { expectRestUnset } from "../unset.js";
import type { Expected } from "./model.js";
import type { Run } from "./take-step.js";

/** The processes of each service, as they were seen last, by the model's word on that service. */
export type Seen = Map<Expected, readonly string[]>;

/**
 * The engine and the model agree: the same services, with the same settings, each with as many processes as it should
 * have; and of what no step has changed, the same processes as before.
 */
export async function expectAgreement({ suite, model }: Run, seen: Seen): Promise<void> {
  const services = model.all();
  const names = services.map(([name]) => name).sort();
  expect(await suite.existing(), "the services that exist").toEqual(names);
  for (const [name, expected] of services) {
    const settings = await suite.settings(name);
    expectSettings(settings, parseRequest(expected.request));
    expectRestUnset(suite, settings, expected.request);
    const running = await suite.untilRunning(name, expected.replicas);
    const before = seen.get(expected) ?? running;
    expect([...running].sort(), `the processes of ${name}, which no step has changed`).toEqual([...before].sort());
    seen.set(expected, running);
  }
  const { strategy } = suite;
  if (!supports(strategy, "list")) return;
  const listed = await suite.eventually(
    `the strategy lists ${names.join(", ") || "nothing"}`,
    async () => (await strategy.list({ settings: true })).filter(({ name }) => suite.owns(name)),
    (all) => all.map(({ name }) => name).join() === names.join(),
  );
  if (!supports(strategy, "settings")) return;
  for (const [name, { request }] of services) {
    const told = listed.find((status) => status.name === name)?.settings;
    expect(told, `settings that the strategy tells of ${name}`).toStrictEqual(await strategy.settingsOf(request));
  }
}
