import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { ambiguousNetwork, ambiguousNetworkError } from "./network-errors.js";

const network = (Id: string, Name: string, Created = "2026-01-01T00:00:00.123Z") => ({
  Id,
  Name,
  Created,
  Driver: "bridge",
  Scope: "local" as const,
});
const [first, second] = ["a".repeat(64), "b".repeat(64)];

it("ambiguousNetwork() lists the networks by id, the oldest first, and how to keep that one", () => {
  const networks = [network(second, "plant", "2026-02-01T00:00:00Z"), network(first, "plant"), network("c", "plant-2")];
  expect(ambiguousNetwork("plant", networks)).toEqual({
    message:
      "There are 2 networks named plant: aaaaaaaaaaaa (bridge, created 2026-01-01T00:00:00) and bbbbbbbbbbbb (bridge, created 2026-02-01T00:00:00)",
    hint: "Keep one of them and remove the others by id: `docker network rm bbbbbbbbbbbb`.",
  });
});

it("ambiguousNetwork() is undefined for one network, for a part of a name, and for an id", () => {
  expect(ambiguousNetwork("plant", [network(first, "plant"), network("c", "plant-2")])).toBeUndefined();
  expect(
    ambiguousNetwork(first, [network(first, "plant"), network(second, first), network("c", first)]),
  ).toBeUndefined();
});

it.each([
  ["network plant is ambiguous (2 matches found on name)", "CONFLICT"],
  ["network plant is ambiguous (2 matches found based on name)", "CONFLICT"],
  ["network plant not found", undefined],
])("an engine's error %j is %s", (message, code) => {
  expect(ambiguousNetworkError(new DeploymentError("INVALID_REQUEST", message, { cause: { message } }))?.code).toBe(
    code,
  );
});
