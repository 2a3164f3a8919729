import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import type { EngineCalls } from "../connection/engine-call.js";
import type { ContainerSummary } from "../engine-types.js";
import { withPods } from "./podman.js";

const container = (Id: string): ContainerSummary => ({ Id, Labels: { a: "b" } }) as unknown as ContainerSummary;
const calls = (answer: () => unknown): EngineCalls => ({ json: async () => answer() }) as unknown as EngineCalls;

it("withPods() adds the pod's name as a label to the containers of a pod", async () => {
  const pods = [
    { Name: "shop", Containers: [{ Id: "infra" }, { Id: "web" }] },
    { Name: "empty", Containers: null },
  ];
  const listed = await withPods(
    calls(() => pods),
    ["infra", "web", "alone"].map(container),
  );
  expect(listed.map(({ Labels }) => Labels["io.podman.pod.name"])).toEqual(["shop", "shop", undefined]);
  expect(listed.map(({ Labels }) => Labels["a"])).toEqual(["b", "b", "b"]);
});

it.each(["NOT_FOUND", "UNAUTHORIZED"] as const)(
  "lists containers without pods if Podman's own API is not available (%s)",
  async (code) => {
    const refuse = (): never => {
      throw new DeploymentError(code, "no", { hint: "x" });
    };
    expect(await withPods(calls(refuse), [container("web")])).toEqual([container("web")]);
  },
);

it("throws any other error", async () => {
  const fail = (): never => {
    throw new DeploymentError("TIMEOUT", "slow", { hint: "x" });
  };
  await expect(withPods(calls(fail), [container("web")])).rejects.toMatchObject({ code: "TIMEOUT" });
});
