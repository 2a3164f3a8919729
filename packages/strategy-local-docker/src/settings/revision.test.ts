import type { ContainerDetails } from "@openfactory/docker-engine";
import { expect, test } from "vitest";
import { revisionOf } from "./revision.js";

const container = (id: string, hostConfig: object = {}, networks: object = { bridge: {} }) =>
  ({
    Id: id,
    HostConfig: { Memory: 0, ...hostConfig },
    NetworkSettings: { Networks: networks },
  }) as unknown as ContainerDetails;

test("the same containers with the same limits are one revision, whatever state they are in", () => {
  const running = { ...container("a"), State: { Running: true } } as ContainerDetails;
  expect(revisionOf([running, container("b")])).toBe(revisionOf([container("a"), container("b")]));
});

test.each([
  ["another container", [container("b")]],
  ["one more", [container("a"), container("b")]],
  ["another limit", [container("a", { Memory: 1 })]],
  ["another restart policy", [container("a", { RestartPolicy: { Name: "no" } })]],
  ["another network", [container("a", {}, { bridge: {}, plant: {} })]],
])("%s is another revision", (_, containers) => {
  expect(revisionOf(containers)).not.toBe(revisionOf([container("a")]));
});
