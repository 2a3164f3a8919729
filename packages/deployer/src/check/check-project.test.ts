import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { app } from "../../test/fixtures.js";
import type { DesiredApp } from "../model/project.js";
import { checkApps } from "./check-project.js";

const after = (service: string, ...services: string[]): DesiredApp =>
  app(service, { dependsOn: services.map((other) => ({ service: other, condition: "service_started" as const })) });
const findings = (...apps: DesiredApp[]): string[] => {
  try {
    checkApps(apps);
    return [];
  } catch (error) {
    return DeploymentError.isInstance(error, "INVALID_REQUEST")
      ? error.issues.map(({ message }) => message)
      : [String(error)];
  }
};

test("checkApps() accepts any order, diamonds, and chains of thousands", () => {
  expect(findings(after("web", "db", "ui"), after("ui", "db"), after("db"))).toEqual([]);
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    after(`app${index}`, ...(index === 0 ? [] : [`app${index - 1}`])),
  );
  expect(findings(...chain.toReversed())).toEqual([]);
});

test("checkApps() names the apps of a circular dependency", () => {
  expect(findings(after("in", "aa"), after("aa", "bb"), after("bb", "cc"), after("cc", "aa"))).toEqual([
    "circular depends_on: Aa -> Bb -> Cc -> Aa",
  ]);
  expect(findings(after("aa", "aa"))).toEqual(["circular depends_on: Aa -> Aa"]);
  expect(findings(after("db"), after("aa", "db", "bb"), after("bb", "db", "aa"))).toEqual([
    "circular depends_on: Aa -> Bb -> Aa",
  ]);
});

test("checkApps() rejects unknown dependencies and duplicate names", () => {
  expect(findings(after("web", "db"), { ...app("web"), key: "Twin" })).toEqual([
    "apps Web and Twin have the same service name, web",
    "app Web depends on service db, which is not an app of this project",
  ]);
});
