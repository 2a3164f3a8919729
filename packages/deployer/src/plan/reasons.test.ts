import { parseRequest, type ServiceStatus } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import type { CheckedProject } from "../check/check-project.js";
import type { CheckedApp } from "../check/check-requests.js";
import { REQUEST_LABEL, USES_LABEL } from "../model/labels.js";
import { hashNormalized } from "../model/request-hash.js";
import { staleNetworkReason } from "./reasons.js";

describe("staleNetworkReason()", () => {
  const request = parseRequest({ name: "app", image: "example/app:1", networks: ["back"] });
  const app = { request } as CheckedApp;
  const declared = { resources: [{ spec: { kind: "network", name: "back" } }] } as unknown as CheckedProject;
  const runs = (networks: { id: string; name: string }[], labels: Record<string, string>): ServiceStatus =>
    ({ networks, labels, replicas: { running: 1 } }) as unknown as ServiceStatus;
  const listed = [{ kind: "network" as const, name: "back", id: "2", labels: {} }];
  const reasonFor = (status: ServiceStatus, present = listed): string | undefined =>
    staleNetworkReason(status, app, present, declared);

  test.each([
    ["the service has not used it before", {}],
    ["the service was deployed from another request without it", { [USES_LABEL]: "network/front" }],
  ])("is undefined for a network that is yet to be created, if %s", (_, labels) => {
    expect(reasonFor(runs([], labels), [])).toBeUndefined();
    expect(reasonFor(runs([], labels))).toBeUndefined();
  });

  test("reports a removed network that the service used", () => {
    expect(reasonFor(runs([], { [USES_LABEL]: "network/back" }), [])).toBe("Network back was removed.");
  });

  test("reports a lost attachment to a network that the service used", () => {
    const text = "The service is no longer attached to the network back.";
    expect(reasonFor(runs([], { [USES_LABEL]: "network/back" }))).toBe(text);
    expect(
      reasonFor(runs([], { [REQUEST_LABEL]: hashNormalized(request), "org.openfactory.deploy.project": "shop" })),
    ).toBe(text);
  });

  test("reports a network that was created again", () => {
    expect(reasonFor(runs([{ id: "1", name: "back" }], {}))).toMatch(/was removed and created again/);
    expect(reasonFor(runs([{ id: "2", name: "back" }], {}))).toBeUndefined();
  });
});
