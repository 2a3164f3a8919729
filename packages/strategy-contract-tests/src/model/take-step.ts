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
import type { Fault, RunServices, Step } from "./steps.js";

/** The state of a run. */
export interface Run {
  suite: Suite;
  services: RunServices;
  model: Model;
}

/** Takes a step with the strategy, expects the outcome that the model predicts, and takes the step with the model. */
export async function takeStep({ suite, services, model }: Run, step: Step): Promise<void> {
  const { strategy } = suite;
  const name = services.name(step.service);
  const there = model.get(name);
  switch (step.do) {
    case "deploy": {
      const request = await services.request(step.service, step.settings, step.fault);
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
      const request = await services.request(step.service, step.settings, step.fault);
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
      // Whether a service with 0 replicas keeps its host port depends on the engine.
      const most = suite.target.singleHost ? 1 : step.replicas;
      const replicas = there?.request.ports === undefined ? step.replicas : Math.max(1, most);
      const scaling = requireCapability(strategy, "scale").scale(name, replicas);
      if (there === undefined) return void (await suite.fails(scaling, "NOT_FOUND", name));
      await scaling;
      return model.scaled(name, there, replicas);
    }
    case "rollback": {
      if (there?.previous === "unspecified") return;
      const rolling = requireCapability(strategy, "rollback").rollback(name);
      if (there === undefined) return void (await suite.fails(rolling, "NOT_FOUND", name));
      if (there.previous === "none") return void (await suite.fails(rolling, "CONFLICT", name));
      // Another service may have its previous host port now.
      if (model.portTaken(there.previous)) return void (await suite.fails(rolling, "CONFLICT", name));
      await rolling;
      await settled(suite, name);
      return model.rolledBack(name, there, there.previous);
    }
  }
}

/** An update may still run when the call returns: only wait() distinguishes old and new processes. */
async function settled({ strategy }: Suite, name: string): Promise<void> {
  if (supports(strategy, "wait")) await strategy.wait(name);
}

/** A signal that is aborted as the fault defines. */
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

/** The errors that are possible for a request. The strategy may choose one, except that an invalid request comes first. */
function refusals(
  model: Model,
  request: DeployRequest,
  { fault, aborted, inUse }: { fault: Fault | undefined; aborted: boolean; inUse: boolean },
): ErrorCode[] {
  if (fault === "invalid request") return ["INVALID_REQUEST"];
  return [
    ...(aborted ? (["ABORTED"] as const) : []),
    ...(inUse ? (["ALREADY_EXISTS"] as const) : []),
    // With a name in use, the host port is not checked.
    ...(model.portTaken(request) && !inUse ? (["CONFLICT"] as const) : []),
    ...(fault === "missing network" ? (["NETWORK_NOT_FOUND"] as const) : []),
    ...(fault === "missing image" ? (["IMAGE_NOT_FOUND"] as const) : []),
  ];
}

/** Whether the operation succeeded. It must if no error is possible; only a missing image may be found later. */
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
    const failure = DeploymentError.isInstance(reason) ? `${reason.code}: ${reason.message}` : String(reason);
    throw new Error(`expected success, and the operation failed with ${failure}`, { cause: reason });
  }
  await suite.fails(operation, expected, name);
  return false;
}

/** The last known processes of each service, by its expected state. */
export type Seen = Map<Expected, readonly string[]>;

/**
 * Expects that the engine and the model agree: the same services, with the same settings and number of processes; and the
 * same processes as before for services that no step has changed.
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
  const isOwn = ({ name }: { name: string }): boolean => suite.owns(name);
  const listed = await suite.eventually(
    `the strategy lists ${names.join(", ") || "nothing"}`,
    async () => (await strategy.list({ settings: true, isRelevant: isOwn })).filter(isOwn),
    (all) => all.map(({ name }) => name).join() === names.join(),
  );
  if (!supports(strategy, "settings")) return;
  for (const [name, { request }] of services) {
    const settings = listed.find((status) => status.name === name)?.settings;
    expect(settings, `settings of ${name} in the list`).toStrictEqual(await strategy.settingsOf(request));
  }
}
