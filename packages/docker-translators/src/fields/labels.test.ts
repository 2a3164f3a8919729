import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toLabels, toTaskLabels } from "./labels.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });

it("copies labels with any characters", () => {
  const asked = request({ labels: { "a.b/c": "x=y", ü: "{{.Service.Name}}", empty: "" } });
  expect(toLabels(asked)).toStrictEqual({ Labels: { "a.b/c": "x=y", ü: "{{.Service.Name}}", empty: "" } });
  expect(toLabels(asked).Labels).not.toBe(asked.labels);
});

it("sends no labels without the field, and an empty set for an empty one", () => {
  expect(toLabels(request({}))).toStrictEqual({});
  expect(toLabels(request({ labels: {} }))).toStrictEqual({ Labels: {} });
});

it("omits the metadata of the deployer from a task, which would restart it with every deploy", () => {
  const kept = { "org.openfactory.deploy.project": "plant", "org.openfactory.deploy.app": "mill", other: "1" };
  const labels = {
    ...kept,
    "org.openfactory.deploy.run": "r",
    "org.openfactory.deploy.request": "h",
    "org.openfactory.deploy.settings": "s",
  };
  expect(toTaskLabels(request({ labels }))).toStrictEqual({ Labels: kept });
  expect(toLabels(request({ labels }))).toStrictEqual({ Labels: labels });
  expect(toTaskLabels(request({}))).toStrictEqual({});
});
