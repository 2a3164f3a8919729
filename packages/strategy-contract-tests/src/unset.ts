import type { DeployRequest } from "@openfactory/deploy-core";
import { expect } from "vitest";
import { said } from "./compare.js";
import type { ObservedSettings } from "./observed.js";
import type { Suite } from "./suite.js";

/** Fields that no engine has a default for that it tells. */
const fields = [
  "args",
  "user",
  "ports",
  "constraints",
  "resources",
  "mounts",
  "readOnly",
  "capAdd",
  "capDrop",
  "secrets",
  "configs",
] as const;

/** What a request leaves out, the engine must not have. */
export function expectRestUnset(suite: Suite, seen: ObservedSettings, asked: DeployRequest): void {
  const left = fields.filter((field) => asked[field] === undefined && suite.honoursField(field));
  for (const field of left.filter((field) => seen.untold?.[field] === undefined)) {
    expect(said(seen[field]), `${field} on the engine`).toBeUndefined();
  }
}
