import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { statusError } from "./engine-error.js";
import { managerFailure } from "./manager-error.js";

const call = { action: "create service web", swarm: true };
const engineError = (status: number, message: string): DeploymentError =>
  statusError(status, JSON.stringify({ message }), call);

it.each([
  // Seen on Docker 20.10 after the leader of three managers was killed.
  [500, "rpc error: code = DeadlineExceeded desc = context deadline exceeded", true, true],
  [
    500,
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few ...",
    false,
    true,
  ],
  [503, "rpc error: code = Unavailable desc = transport is closing", true, true],
  [503, "This node is not a swarm manager.", false, false],
])("status %i, %s: may have acted %s, electing %s", (status, message, mayHaveActed, isElecting) => {
  expect(managerFailure(engineError(status, message))).toEqual({ mayHaveActed, isElecting });
});

it.each([
  [400, "invalid name"],
  [409, "name conflicts"],
  [500, "no space left on device"],
])("status %i, %s is final", (status, message) => {
  expect(managerFailure(engineError(status, message))).toBeUndefined();
});

it("a connection that was not opened did not carry the call", () => {
  const failed = (notConnected?: true) =>
    new DeploymentError("ENGINE_UNREACHABLE", "x", { cause: { message: "x", ...(notConnected && { notConnected }) } });
  expect(managerFailure(failed(true))).toEqual({ mayHaveActed: false, isElecting: false });
  expect(managerFailure(failed())).toEqual({ mayHaveActed: true, isElecting: false });
});

it("an engine without a leader is reported with the action to take", () => {
  expect(engineError(500, "rpc error: The swarm does not have a leader.")).toMatchObject({
    code: "ENGINE_ERROR",
    hint: expect.stringContaining("More than half"),
  });
});
