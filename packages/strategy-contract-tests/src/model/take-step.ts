import {
  DeploymentError,
  type DeployOptions,
  type DeployRequest,
  type ErrorCode,
  parseRequest,
  requireCapability,
  supports,
} from "@openfactory/deploy-core";
import { expect } from "vitest";
import { expectRestUnset, expectSettings } from "../compare-settings.js";
import type { Suite } from "../suite.js";
import type { Expected, Model } from "./model.js";
import type { Fault, Places, Step } from "./steps.js";

/** What a run consists of. */
export interface Run {
  suite: Suite;
  places: Places;
  model: Model;
}

/** Has the strategy take a step, expects the outcome that the model asks for, and has the model take it as well. */
export async function takeStep({ suite, places, model }: Run, step: Step): Promise<void> {
  const { strategy } = suite;
  const name = places.name(step.place);
  const there = model.get(name);
  switch (step.do) {
    case "deploy": {
      const request = await places.request(step.place, step.settings, step.fault);
      const { options, fired } = aborting(step.fault);
      const codes = () => refusals(model, request, { fault: step.fault, aborted: fired(), inUse: there !== undefined });
      const done = await outcome(suite, strategy.deploy(request, options), codes, name);
      if (done) model.deployed(request);
      return;
    }
    case "remove":
      if (there === undefined) return void (await suite.fails(strategy.remove(name), "NOT_FOUND", name));
      await strategy.remove(name, { wait: true });
      return model.removed(name);
    case "update": {
      const request = await places.request(step.place, step.settings, step.fault);
      const { options, fired } = aborting(step.fault);
      const updating = requireCapability(strategy, "update").update(request, options);
      const codes = () => [
        ...refusals(model, request, { fault: step.fault, aborted: fired(), inUse: false }),
        ...(there === undefined ? (["NOT_FOUND"] as const) : []),
      ];
      if (await outcome(suite, updating, codes, name)) {
        await settled(suite, name);
        model.updated(request);
      }
      return;
    }
    case "scale": {
      // Whether a service of no replicas keeps its host port is the engine's affair.
      const most = suite.target.oneHost ? 1 : step.replicas;
      const replicas = there?.request.ports === undefined ? step.replicas : Math.max(1, most);
      const scaling = requireCapability(strategy, "scale").scale(name, replicas);
      if (there === undefined) return void (await suite.fails(scaling, "NOT_FOUND", name));
      await scaling;
      return model.scaled(name, there, replicas);
    }
    case "rollback": {
      if (there?.previous === "unsaid") return;
      const rolling = requireCapability(strategy, "rollback").rollback(name);
      if (there === undefined) return void (await suite.fails(rolling, "NOT_FOUND", name));
      if (there.previous === "none") return void (await suite.fails(rolling, "CONFLICT", name));
      // What it had before, another may have now.
      if (model.portTaken(there.previous)) return void (await suite.fails(rolling, "CONFLICT", name));
      await rolling;
      await settled(suite, name);
      return model.rolledBack(name, there, there.previous);
    }
  }
}

/** An update may still be under way when it is made: which of the processes are old ones, only its wait tells. */
async function settled({ strategy }: Suite, name: string): Promise<void> {
  if (supports(strategy, "wait")) await strategy.wait(name);
}

/** A signal that fires as the fault says. */
function aborting(fault: Fault | undefined): { options: DeployOptions; fired: () => boolean } {
  if (typeof fault !== "object") return { options: {}, fired: () => false };
  const controller = new AbortController();
  let left = fault.abort;
  if (left === 0) controller.abort();
  const observer = () => {
    left -= 1;
    if (left === 0) controller.abort();
  };
  return { options: { signal: controller.signal, observer }, fired: () => controller.signal.aborted };
}

/** All that stands in a request's way; which of it is told is the strategy's affair, but for what comes first. */
function refusals(
  model: Model,
  request: DeployRequest,
  { fault, aborted, inUse }: { fault: Fault | undefined; aborted: boolean; inUse: boolean },
): ErrorCode[] {
  if (fault === "invalid request") return ["INVALID_REQUEST"];
  return [
    ...(aborted ? (["ABORTED"] as const) : []),
    ...(inUse ? (["ALREADY_EXISTS"] as const) : []),
    // Whose the port is says nothing to somebody who may not have the name.
    ...(model.portTaken(request) && !inUse ? (["CONFLICT"] as const) : []),
    ...(fault === "missing network" ? (["NETWORK_NOT_FOUND"] as const) : []),
    ...(fault === "missing image" ? (["IMAGE_NOT_FOUND"] as const) : []),
  ];
}

/** Whether it was done. It must be if nothing stands in its way; only an image may be found missing later, when it should run. */
async function outcome(
  suite: Suite,
  operation: Promise<unknown>,
  codes: () => ErrorCode[],
  name: string,
): Promise<boolean> {
  const [settled] = await Promise.allSettled([operation]);
  const expected = codes();
  if (settled.status === "fulfilled" && expected.every((code) => code === "IMAGE_NOT_FOUND")) return true;
  if (settled.status === "rejected" && expected.length === 0) {
    const { reason } = settled;
    const told = DeploymentError.isInstance(reason) ? `${reason.code}: ${reason.message}` : String(reason);
    throw new Error(`nothing stood in its way, and it failed with ${told}`, { cause: reason });
  }
  await suite.fails(operation, expected, name);
  return false;
}

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
