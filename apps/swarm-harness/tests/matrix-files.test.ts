import { globSync } from "node:fs";
import { ENGINE_VERSIONS, PODMAN_VERSIONS } from "@openfactory/swarm-harness";
import { expect, test } from "vitest";
import { UPCOMING_APIS } from "./upcoming-engines/shim.js";

// One file for each engine: files run side by side, the tests of one file don't.
test("the matrix has a file for every engine version, on one and three nodes, for Podman and for every upcoming API", () => {
  const expected = [
    ...ENGINE_VERSIONS.flatMap((version) => [
      `local-docker/contract-${version}`,
      `swarm/contract-${version}-x1`,
      `swarm/contract-${version}-x3`,
    ]),
    ...PODMAN_VERSIONS.map((version) => `local-docker/contract-${version}`),
    ...UPCOMING_APIS.flatMap((api) => [`upcoming-engines/docker-${api}`, `upcoming-engines/swarm-${api}`]),
  ];
  const files = globSync("**/*.matrix.test.ts", { cwd: import.meta.dirname });
  expect(files.sort()).toEqual(expected.map((name) => `${name}.matrix.test.ts`).sort());
});
