import { describe, expect, it } from "vitest";
import { engineOn } from "../../test/engine-on.js";
import { answering, type Handler } from "../../test/fake-engine.js";

/** Answers by the end of the path; 404 for the rest. */
const routes =
  (table: Readonly<Record<string, Handler>>): Handler =>
  (request, response) => {
    const path = request.url.replace(/\?.*$/, "");
    const [, handler] = Object.entries(table).find(([end]) => path.endsWith(end)) ?? [];
    (handler ?? answering(404, { message: "the engine's words" }))(request, response);
  };

const found = answering(200, {});

describe("a container that can't be created for a 404", () => {
  const body = { Image: "host:5000/a:1", NetworkingConfig: { EndpointsConfig: { front: {} } } };

  it("is for its image, if that is not there", async () => {
    const { engine, fake } = await engineOn(routes({ "/networks/front": found }));
    await expect(engine.containers.create("demo", body)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      cause: { statusCode: 404, message: "the engine's words" },
    });
    expect(fake.requests.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  it("is for a network, if that is not there", async () => {
    const { engine } = await engineOn(routes({ "/images/host%3A5000/a%3A1/json": found }));
    await expect(engine.containers.create("demo", body)).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
      hint: expect.stringContaining("docker network create front"),
    });
  });

  it("is NOT_FOUND, if both are there", async () => {
    const { engine } = await engineOn(routes({ "/images/host%3A5000/a%3A1/json": found, "/networks/front": found }));
    await expect(engine.containers.create("demo", body)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a container that can't be started", () => {
  const details = answering(200, {
    NetworkSettings: { Networks: { front: {}, back: {} } },
    HostConfig: { NetworkMode: "front" },
  });

  it("is for a network, if that is not there", async () => {
    const { engine } = await engineOn(routes({ "/containers/c/json": details, "/networks/front": found }));
    await expect(engine.containers.start("c")).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
      hint: /create back/,
    });
  });

  it("is for a network that is not there also where an engine in a swarm answers with 500", async () => {
    const start = answering(500, { message: "Could not attach to network back: rpc error: code = NotFound" });
    const { engine } = await engineOn(
      routes({ "/c/start": start, "/containers/c/json": details, "/networks/front": found }),
    );
    await expect(engine.containers.start("c")).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
      hint: /create back/,
    });
  });

  it("is NOT_FOUND, if the container is not there", async () => {
    const { engine } = await engineOn(routes({}));
    await expect(engine.containers.start("c")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each([
    ["Bind for 0.0.0.0:80 failed: port is already allocated", "CONFLICT"],
    ["listen tcp4 0.0.0.0:80: bind: address already in use", "CONFLICT"],
    ["OCI runtime create failed", "ENGINE_ERROR"],
  ])("for %s is %s", async (message, code) => {
    const { engine } = await engineOn(routes({ "/containers/c/start": answering(500, { message }) }));
    await expect(engine.containers.start("c")).rejects.toMatchObject({ code, cause: { message } });
  });
});

describe("a container that can't be connected for a 404", () => {
  it("is for the network, if that is not there, or else for the container", async () => {
    const missing = await engineOn(routes({}));
    await expect(missing.engine.networks.connect("front", {})).rejects.toMatchObject({ code: "NETWORK_NOT_FOUND" });
    const there = await engineOn(routes({ "/networks/front": found }));
    await expect(there.engine.networks.connect("front", {})).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
