import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toLabels } from "./labels.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });

it("copies the labels, whatever their characters", () => {
  const asked = request({ labels: { "a.b/c": "x=y", "ü": "{{.Service.Name}}", empty: "" } });
  expect(toLabels(asked)).toStrictEqual({ Labels: { "a.b/c": "x=y", "ü": "{{.Service.Name}}", empty: "" } });
  expect(toLabels(asked).Labels).not.toBe(asked.labels);
});

it("says nothing where nothing is asked, and an empty set where that is asked", () => {
  expect(toLabels(request({}))).toStrictEqual({});
  expect(toLabels(request({ labels: {} }))).toStrictEqual({ Labels: {} });
});
