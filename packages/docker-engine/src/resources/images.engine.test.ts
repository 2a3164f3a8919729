import { engineApi, RawEngine, type Registry, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createEngine } from "../create-engine.js";
import type { DockerEngine } from "../engine.js";
import type { PullEvent } from "../engine-types.js";
import { withPrograms } from "../testing/programs.js";
import { temporaryDirectory } from "../testing/temporary-directory.js";

let registry: Registry;
let digest: string;
let image: string;

const untag = (): Promise<unknown> => engineApi("DELETE", `/images/${image}?noprune=1`);

beforeAll(async () => {
  registry = await startRegistry({ auth: true });
  image = `${registry.host}/app:1`;
  digest = await registry.push(new RawEngine(createEngine().host), TEST_IMAGE, "app:1");
  await untag();
});

afterAll(async () => {
  await untag();
  await registry.stop();
});

function engineWith(config: object, programs: Record<string, string> = {}): DockerEngine {
  const DOCKER_CONFIG = temporaryDirectory({ "config.json": JSON.stringify(config) });
  const engine = createEngine({ env: { ...withPrograms(programs), DOCKER_CONFIG } });
  onTestFinished(() => engine.close());
  return engine;
}

const loggedIn = (password = registry.credentials?.password) => ({
  auths: { [registry.host]: { auth: Buffer.from(`${registry.credentials?.username}:${password}`).toString("base64") } },
});

describe("a registry that asks for a password", () => {
  it("gives image and digest to one who has it in config.json", async () => {
    const engine = engineWith(loggedIn());
    expect(await engine.images.digest(image)).toBe(digest);
    await expect(engine.images.inspect(image)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    const events: PullEvent[] = [];
    await engine.images.pull(image, { onEvent: (event) => events.push(event) });
    expect(events.at(-1)?.status).toContain("Status:");
    expect((await engine.images.inspect(image)).RepoDigests).toContain(`${registry.host}/app@${digest}`);
    await untag();
  });

  it("gives them to one whose credential helper has it", async () => {
    const { username, password } = registry.credentials ?? {};
    const answer = JSON.stringify({ Username: username, Secret: password });
    const engine = engineWith({ credsStore: "fake" }, { "docker-credential-fake": `echo '${answer}'` });
    expect(await engine.images.digest(image)).toBe(digest);
  });

  it.each([
    ["a wrong password", () => loggedIn("wrong")],
    ["none", () => ({})],
  ])("refuses one with %s", async (_what, config) => {
    const engine = engineWith(config());
    await expect(engine.images.digest(image)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(engine.images.pull(image)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });

  it("has no image that is not there", async () => {
    const engine = engineWith(loggedIn());
    const missing = `${registry.host}/app:none`;
    await expect(engine.images.pull(missing)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(engine.images.digest(missing)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  });

  it("is not the fault of the registry when a pull is aborted", async () => {
    const engine = engineWith(loggedIn());
    const abort = new AbortController();
    const pull = engine.images.pull(image, { signal: abort.signal, onEvent: () => abort.abort() });
    await expect(pull).rejects.toMatchObject({ code: "ABORTED" });
  });
});
