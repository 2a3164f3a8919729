import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toLabels, toTaskLabels } from "./labels.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });

it("copies the labels, whatever their characters", () => {
  const asked = request({ labels: { "a.b/c": "x=y", ü: "{{.Service.Name}}", empty: "" } });
  expect(toLabels(asked)).toStrictEqual({ Labels: { "a.b/c": "x=y", ü: "{{.Service.Name}}", empty: "" } });
  expect(toLabels(asked).Labels).not.toBe(asked.labels);
});

it("says nothing where nothing is asked, and an empty set where that is asked", () => {
  expect(toLabels(request({}))).toStrictEqual({});
  expect(toLabels(request({ labels: {} }))).toStrictEqual({ Labels: {} });
});

it("leaves out of a task what says nothing of its process, and would start it anew each time", () => {
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
