import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toPlacement } from "./constraints.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });

it.each([
  ["node.role == worker", "node.role==worker"],
  ["node.role==worker", "node.role==worker"],
  ["  node.labels.line  !=\t1 ", "node.labels.line!=1"],
  ["node.labels.note == a b|c", "node.labels.note==a b|c"],
  ["node.labels.zone != hall 2  ", "node.labels.zone!=hall 2"],
])("normalizes %j to %j", (asked, written) => {
  expect(toPlacement(request({ constraints: [asked] }))).toStrictEqual({ Placement: { Constraints: [written] } });
});

it("keeps the order of the constraints", () => {
  const constraints = ["node.role == manager", "node.hostname != a"];
  expect(toPlacement(request({ constraints })).Placement?.Constraints).toStrictEqual([
    "node.role==manager",
    "node.hostname!=a",
  ]);
});

it.each([{}, { constraints: [] }])("sends nothing without constraints: %j", (more) => {
  expect(toPlacement(request(more))).toStrictEqual({});
});
