import { expect, it } from "vitest";
import { z } from "zod";
import { collect } from "../test/bytes.js";
import { containerAnswer, eventAnswer, versionAnswer } from "../test/answers.js";
import { engineOn } from "../test/engine-on.js";
import { answering } from "../test/fake-engine.js";
import { createEngine, DOCKER_ENGINE, engineOptionsShape } from "./create-engine.js";

it("createEngine() reads nothing before the first call, which reports errors", async () => {
  const engine = createEngine({ context: "nowhere", env: { DOCKER_CONFIG: "/nowhere" } });
  await expect(engine.info()).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  expect(() => engine.host).toThrow("nowhere");
  await engine.close();
});

it("host is known without a call", () => {
  expect(createEngine({ env: { DOCKER_HOST: "ssh://me@box" } }).host).toBe("ssh://me@box");
  expect(createEngine({ env: { DOCKER_HOST: "ssh://me@box" }, host: "tcp://a" }).host).toBe("tcp://a:2375");
});

it("apiVersion() is at most maxApiVersion or DOCKER_API_VERSION", async () => {
  const limited = await engineOn(
    answering(200, versionAnswer({ MinAPIVersion: "1.24" })),
    { maxApiVersion: "1.43" },
    "1.51",
  );
  expect(await limited.engine.apiVersion()).toBe("1.43");
  expect(await limited.engine.supportsApi("1.43")).toBe(true);
  expect(await limited.engine.supportsApi("1.44")).toBe(false);
  const env = { DOCKER_API_VERSION: "1.42", DOCKER_CONFIG: "/nowhere" };
  const environment = await engineOn(answering(200, versionAnswer({ MinAPIVersion: "1.24" })), { env }, "1.51");
  expect(await environment.engine.apiVersion()).toBe("1.42");
  expect(() => createEngine({ maxApiVersion: "new" })).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});

it("events() yields events, and rejects when the engine closes the stream", async () => {
  const { engine } = await engineOn((_request, response) => {
    const line = JSON.stringify(eventAnswer());
    response.write(line.slice(0, 20));
    setTimeout(() => response.end(`${line.slice(20)}\n`), 10);
  });
  const seen: string[] = [];
  const read = async () => {
    for await (const event of engine.events({ type: ["container"] })) seen.push(event.Action);
  };
  await expect(read()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  expect(seen).toEqual(["start"]);
});

it("containers.logs() reads a raw log if the container has a terminal", async () => {
  const log = "2026-01-02T03:04:05.000000006Z a\r\n";
  const { engine } = await engineOn(({ url }, response) => {
    if (url.includes("/logs?")) response.end(log);
    else response.end(JSON.stringify(containerAnswer({ Config: { Tty: true } })));
  });
  expect((await collect(engine.containers.logs("c"))).map(({ line }) => line)).toEqual(["a"]);
});

it("DOCKER_ENGINE is equal in all copies of the package", () => {
  expect(DOCKER_ENGINE).toBe(Symbol.for("openfactory.deploy.docker-engine"));
});

it("engineOptionsShape accepts numbers as text, since options come from the command line", () => {
  const schema = z.strictObject(engineOptionsShape);
  expect(schema.parse({ host: "tcp://a", context: "plant", timeoutMs: "5000" })).toEqual({
    host: "tcp://a",
    context: "plant",
    timeoutMs: 5000,
  });
  expect(schema.parse({})).toEqual({});
  for (const timeoutMs of ["0", "1.5", "soon"]) expect(schema.safeParse({ timeoutMs }).success).toBe(false);
});
