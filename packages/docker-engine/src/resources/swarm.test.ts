import { describe, expect, it } from "vitest";
import { engineOn } from "../../test/engine-on.js";
import { answering } from "../../test/fake-engine.js";

describe.each(["secrets", "configs"] as const)("%s", (kind) => {
  const body = { Name: "key", Labels: { a: "1" }, Data: "c2VzYW1l" };

  it("are created, and removed by id", async () => {
    const { engine, fake } = await engineOn(answering(201, { ID: "x1" }));
    expect(await engine[kind].create(body)).toBe("x1");
    await engine[kind].remove("x1");
    expect(fake.requests.map(({ method, url }) => `${method} ${url.replace(/^\/v[\d.]+|\?$/g, "")}`)).toEqual([
      `POST /${kind}/create`,
      `DELETE /${kind}/x1`,
    ]);
    expect(JSON.parse(fake.requests[0]?.body ?? "")).toEqual(body);
  });

  it.each([null, undefined, [], {}, "x1"])("create() rejects with ENGINE_ERROR if the answer is %j", async (answer) => {
    const { engine } = await engineOn(answering(201, answer as object));
    await expect(engine[kind].create(body)).rejects.toMatchObject({
      code: "ENGINE_ERROR",
      message: expect.stringMatching(new RegExp(`asked to create ${kind.slice(0, -1)} key: expected`)),
    });
  });

  it.each([
    [409, "CONFLICT"],
    [400, "INVALID_REQUEST"],
    [503, "NOT_A_SWARM_MANAGER"],
  ])("create() that gets %i rejects with %s, without the content", async (status, code) => {
    const { engine } = await engineOn(answering(status, { message: "no" }));
    const error: unknown = await engine[kind].create(body).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify([error, (error as Error).stack, (error as Error).cause])).not.toMatch(/c2VzYW1l|sesame/);
  });
});
