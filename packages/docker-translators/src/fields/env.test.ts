import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toEnv } from "./env.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });

it("keeps every odd character, and the order", () => {
  const env = ["B=1", "A=x=y", "Q='\"", "L=a\nb", "U=schön ✓", "EMPTY=", "T={{.Node.Hostname}}"];
  expect(toEnv(request({ env }))).toStrictEqual({ Env: env });
});

it("is an empty list of its own without env", () => {
  const none = request({});
  expect(toEnv(none)).toStrictEqual({ Env: [] });
  expect(toEnv(none).Env).not.toBe(none.env);
});
