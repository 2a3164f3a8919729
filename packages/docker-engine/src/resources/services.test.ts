import { describe, expect, it } from "vitest";
import { engineOn } from "../../test/engine-on.js";
import { answering } from "../../test/fake-engine.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";

const SPEC = { Name: "demo", TaskTemplate: {} };
const withLogin = () => {
  const auths = { "r.io:5000": { username: "me", password: "sesame" } };
  return { env: { DOCKER_CONFIG: temporaryDirectory({ "config.json": JSON.stringify({ auths }) }) } };
};
const decode = (header: unknown): unknown => JSON.parse(Buffer.from(String(header), "base64").toString());

describe("services", () => {
  it("create() sends the credentials for the image, and none without credentials", async () => {
    const { engine, fake } = await engineOn(answering(201, { ID: "s1", Warnings: null }), withLogin());
    expect(await engine.services.create(SPEC, { image: "r.io:5000/a:1" })).toEqual({ id: "s1", warnings: [] });
    await engine.services.create(SPEC, { image: "a:1" });
    await engine.services.create(SPEC);
    const sent = fake.requests.map(({ headers }) => headers["x-registry-auth"]);
    expect(decode(sent[0])).toEqual({ username: "me", password: "sesame", serveraddress: "r.io:5000" });
    expect(sent.slice(1)).toEqual([undefined, undefined]);
    expect(JSON.parse(fake.requests[0]?.body ?? "")).toEqual(SPEC);
  });

  it("update() sends version, rollback and registryAuthFrom", async () => {
    const { engine, fake } = await engineOn(answering(200, { Warnings: ["old"] }));
    const options = { rollback: "previous", registryAuthFrom: "previous-spec" } as const;
    expect(await engine.services.update("s1", 7, SPEC, options)).toEqual({ warnings: ["old"] });
    expect(fake.requests[0]?.url).toBe(
      "/v1.41/services/s1/update?version=7&rollback=previous&registryAuthFrom=previous-spec",
    );
  });

  it("list() asks for the status from API 1.41 on", async () => {
    const newer = await engineOn(answering(200, []));
    await newer.engine.services.list({ name: ["demo"] });
    expect(newer.fake.requests[0]?.url).toContain("status=true&filters=%7B%22name%22%3A%5B%22demo%22%5D%7D");
    const older = await engineOn(answering(200, []), {}, "1.40");
    await older.engine.services.list();
    expect(older.fake.requests[0]?.url).not.toContain("status");
  });

  it.each([404, 500])(
    "create() and update() reject with NETWORK_NOT_FOUND if a network is missing and the engine answers %i",
    async (status) => {
      const { engine } = await engineOn(({ method, url }, response) => {
        const there = method === "GET" && url.includes("/networks/front");
        response.writeHead(there ? 200 : method === "GET" ? 404 : status).end('{"message":"network back not found"}');
      });
      const body = { ...SPEC, TaskTemplate: { Networks: [{ Target: "front" }, { Target: "back" }] } };
      const failure = { code: "NETWORK_NOT_FOUND", hint: expect.stringContaining("create back") };
      await expect(engine.services.create(body)).rejects.toMatchObject(failure);
      await expect(engine.services.update("s1", 1, body)).rejects.toMatchObject(failure);
    },
  );

  it.each([null, undefined, [], {}, "x1"])("create() rejects with ENGINE_ERROR if the answer is %j", async (answer) => {
    const { engine } = await engineOn(answering(201, answer));
    await expect(engine.services.create(SPEC)).rejects.toMatchObject({
      code: "ENGINE_ERROR",
      message: expect.stringContaining("another format when asked to create service"),
    });
  });

  it("update() rejects with CONFLICT if another client changed the service", async () => {
    const message = "rpc error: code = Unknown desc = update out of sequence";
    const { engine } = await engineOn(answering(500, { message }));
    await expect(engine.services.update("s1", 1, SPEC)).rejects.toMatchObject({ code: "CONFLICT", cause: { message } });
  });

  it("calls reject with NOT_A_SWARM_MANAGER if the engine is not a manager", async () => {
    const { engine } = await engineOn(answering(503, { message: "This node is not a swarm manager." }));
    const calls = [
      engine.services.create(SPEC),
      engine.services.remove("s1"),
      engine.tasks.list(),
      engine.nodes.list(),
      engine.secrets.list(),
      engine.configs.list(),
    ];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "NOT_A_SWARM_MANAGER" } });
    }
    await expect(engine.volumes.list()).rejects.toMatchObject({ code: "ENGINE_ERROR" });
  });

  it("errors never contain credentials", async () => {
    const { engine } = await engineOn(answering(500, { message: "no" }), withLogin());
    const error: unknown = await engine.services
      .create(SPEC, { image: "r.io:5000/a" })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ENGINE_ERROR" });
    const { stack, cause } = error as Error;
    expect(JSON.stringify([error, stack, cause])).not.toContain("sesame");
  });
});
