import { expect, it } from "vitest";
import { infoAnswer } from "../../test/answers.js";
import { engineOn } from "../../test/engine-on.js";
import { answering, type Handler } from "../../test/fake-engine.js";

const refusing =
  (info: Handler): Handler =>
  (request, response) =>
    (request.url.includes("/info") ? info : answering(503, { message: "This node is not a swarm manager." }))(
      request,
      response,
    );
const managers = [
  { NodeID: "a", Addr: "10.0.0.2:2377" },
  { NodeID: "b", Addr: "[fd00::3]:2377" },
];
const inState = (Swarm: object): Handler => refusing(answering(200, infoAnswer(Swarm)));

it.each([
  [{ LocalNodeState: "inactive" }, "NOT_A_SWARM_MANAGER", /is not part of a swarm.*docker swarm init/],
  [{ LocalNodeState: "locked" }, "NOT_A_SWARM_MANAGER", /locked\. Run `docker swarm unlock` on that host\.$/],
  [
    { LocalNodeState: "active", RemoteManagers: managers },
    "NOT_A_SWARM_MANAGER",
    /is a worker.*--host.*10\.0\.0\.2, \[fd00::3\]\)\.$/,
  ],
  [{ LocalNodeState: "pending", RemoteManagers: null }, "NOT_A_SWARM_MANAGER", /is still joining its swarm\. Wait/],
  [
    { LocalNodeState: "error", Error: "certificate expired." },
    "NOT_A_SWARM_MANAGER",
    /can't take part in its swarm \(certificate expired\)\. .*swarm leave/,
  ],
  [
    { LocalNodeState: "active", ControlAvailable: true },
    "ENGINE_ERROR",
    /More than half of the swarm's managers must be online/,
  ],
])("an engine in the state %j is %s with a hint for that state", async (state, code, hint) => {
  const { engine } = await engineOn(inState(state));
  const error: unknown = await engine.services.list().catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code,
    hint: expect.stringMatching(hint),
    message: expect.stringContaining("This node is not a swarm manager"),
    cause: { statusCode: 503 },
  });
  if (!("LocalNodeState" in state && state.LocalNodeState === "inactive"))
    expect(error).not.toMatchObject({ hint: expect.stringContaining("swarm init") });
});

it.each([answering(500, { message: "boom" }), answering(200, {})])(
  "the error stays as it is if the engine does not report its state (%#)",
  async (info) => {
    const { engine } = await engineOn(refusing(info));
    await expect(engine.nodes.list()).rejects.toMatchObject({
      code: "NOT_A_SWARM_MANAGER",
      hint: expect.stringContaining("a manager's address"),
    });
  },
);

it("a stream that fails gets the same hint", async () => {
  const { engine } = await engineOn(inState({ LocalNodeState: "locked" }));
  const reading = (async () => {
    for await (const frame of engine.services.logs("x")) expect.unreachable(String(frame));
  })();
  await expect(reading).rejects.toMatchObject({ hint: expect.stringContaining("docker swarm unlock") });
});
