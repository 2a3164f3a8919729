import { describe, expect, it } from "vitest";
import { containerAnswer, networkAnswer } from "../../test/answers.js";
import { engineOn } from "../../test/engine-on.js";
import { answering, type Handler } from "../../test/fake-engine.js";

/** Answers by the end of the path; 404 for all other paths. */
const routes =
  (table: Readonly<Record<string, Handler>>): Handler =>
  (request, response) => {
    const path = request.url.replace(/\?.*$/, "");
    const [, handler] = Object.entries(table).find(([end]) => path.endsWith(end)) ?? [];
    (handler ?? answering(404, { message: "the engine's words" }))(request, response);
  };

const found = answering(200, networkAnswer());

describe("containers.create() that gets 404", () => {
  const body = { Image: "host:5000/a:1", NetworkingConfig: { EndpointsConfig: { front: {} } } };

  it("rejects with IMAGE_NOT_FOUND if the image is missing", async () => {
    const { engine, fake } = await engineOn(routes({ "/networks/front": found }));
    await expect(engine.containers.create("demo", body)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      cause: { statusCode: 404, message: "the engine's words" },
    });
    expect(fake.requests.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  it("rejects with NETWORK_NOT_FOUND if a network is missing", async () => {
    const { engine } = await engineOn(routes({ "/images/host%3A5000/a%3A1/json": found }));
    await expect(engine.containers.create("demo", body)).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
      hint: expect.stringContaining("docker network create front"),
    });
  });

  it("rejects with NOT_FOUND if both exist", async () => {
    const { engine } = await engineOn(routes({ "/images/host%3A5000/a%3A1/json": found, "/networks/front": found }));
    await expect(engine.containers.create("demo", body)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("containers.start()", () => {
  const details = answering(
    200,
    containerAnswer({
      NetworkSettings: { Networks: { front: {}, back: {} } },
      HostConfig: { NetworkMode: "front" },
    }),
  );

  it("rejects with NETWORK_NOT_FOUND if a network is missing", async () => {
    const { engine } = await engineOn(routes({ "/containers/c/json": details, "/networks/front": found }));
    await expect(engine.containers.start("c")).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
      hint: /create back/,
    });
  });

  it("rejects with NETWORK_NOT_FOUND also if an engine of a swarm answers with 500", async () => {
    const start = answering(500, { message: "Could not attach to network back: rpc error: code = NotFound" });
    const { engine } = await engineOn(
      routes({ "/c/start": start, "/containers/c/json": details, "/networks/front": found }),
    );
    await expect(engine.containers.start("c")).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
      hint: /create back/,
    });
  });

  it("rejects with NOT_FOUND if the container is missing", async () => {
    const { engine } = await engineOn(routes({}));
    await expect(engine.containers.start("c")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each([
    ["Bind for 0.0.0.0:80 failed: port is already allocated", "CONFLICT"],
    ["listen tcp4 0.0.0.0:80: bind: address already in use", "CONFLICT"],
    ["OCI runtime create failed", "ENGINE_ERROR"],
  ])("with the text %s is %s", async (message, code) => {
    const { engine } = await engineOn(routes({ "/containers/c/start": answering(500, { message }) }));
    await expect(engine.containers.start("c")).rejects.toMatchObject({ code, cause: { message } });
  });
});

describe("networks.connect() that gets 404", () => {
  it("rejects with NETWORK_NOT_FOUND if the network is missing, and with NOT_FOUND otherwise", async () => {
    const missing = await engineOn(routes({}));
    await expect(missing.engine.networks.connect("front", {})).rejects.toMatchObject({ code: "NETWORK_NOT_FOUND" });
    const there = await engineOn(routes({ "/networks/front": found }));
    await expect(there.engine.networks.connect("front", {})).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("execs.create() and execs.start()", () => {
  const answer = "unable to find user no-such-user: no matching entries in passwd file";

  it.each([400, 500])(
    "rejects with INVALID_REQUEST and a hint for a user that does not exist, with status %i",
    async (status) => {
      const { engine } = await engineOn(routes({ "/start": answering(status, { message: answer }) }));
      await expect(engine.execs.start("e")).rejects.toMatchObject({
        code: "INVALID_REQUEST",
        message: expect.stringContaining(answer),
        hint: expect.stringContaining("UID:GID"),
      });
    },
  );

  it("rejects with the same if the engine refuses the creation of the command", async () => {
    const { engine } = await engineOn(routes({ "/exec": answering(400, { message: answer }) }));
    await expect(engine.execs.create("c", { Cmd: ["true"] })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      hint: expect.stringContaining("UID:GID"),
    });
  });

  it("rejects with ENGINE_ERROR for another 500", async () => {
    const { engine } = await engineOn(routes({ "/start": answering(500, { message: "no space" }) }));
    await expect(engine.execs.start("e")).rejects.toMatchObject({ code: "ENGINE_ERROR" });
  });
});
