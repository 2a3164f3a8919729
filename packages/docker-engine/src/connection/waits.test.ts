import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { observeWaits, type Wait } from "@openfactory/deploy-core";
import { expect, test, onTestFinished } from "vitest";
import { connect } from "../../test/client-on.js";
import { answering } from "../../test/fake-engine.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import { withPrograms } from "../../test/programs.js";
import { createEngine } from "../create-engine.js";
import { askHelper } from "../registry-auth/credential-helper.js";
import { dialStream } from "./dockerode.js";
import type { EngineRequest } from "./engine-call.js";

const READ = { action: "list things", read: true } as const;
const read: EngineRequest = (docker, signal) =>
  dialStream(docker, { path: '/things?filters={"token":"sesame"}' }, signal);

/** The waits that are not over, and those that ever began, as texts. */
function observe(): { pending: Set<Wait>; begun: string[]; until: (action: string) => Promise<void> } {
  const pending = new Set<Wait>();
  const begun: string[] = [];
  const stop = observeWaits((wait, isOver) => {
    if (isOver) pending.delete(wait);
    else begun.push(`${pending.add(wait) && wait.subject} to ${wait.action}`);
  });
  onTestFinished(stop);
  const until = async (action: string): Promise<void> => {
    while (![...pending].some((wait) => wait.action === action)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { pending, begun, until };
}

test("a call is a wait until its answer, without the query of its path", async () => {
  const { pending, begun, until } = observe();
  let answer = (): void => {};
  const { fake, client } = await connect((_request, response) => {
    answer = () => answering(200, {})(_request, response);
  });
  const calling = client.send(READ, read);
  await until("list things");
  while (fake.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect([...pending].map(({ action, level }) => [action, level])).toEqual([["list things", "call"]]);
  answer();
  await calling;
  expect(pending.size).toBe(0);
  expect(begun).toContain(`the engine at ${fake.host} to list things`);
  expect(begun.join()).not.toContain("sesame");
});

test("a call that is aborted is no wait any more", async () => {
  const { pending, until } = observe();
  const abort = new AbortController();
  const { client } = await connect(() => {});
  const calling = client.send(READ, read, { signal: abort.signal });
  await until("list things");
  abort.abort();
  await expect(calling).rejects.toMatchObject({ code: "ABORTED" });
  expect(pending.size).toBe(0);
});

test("a stream is a wait until it is open if it may be silent, else until each of its chunks", async () => {
  for (const [idleMs, whileOpen] of [
    [undefined, 0],
    [60_000, 1],
  ] as const) {
    const { pending } = observe();
    const { client } = await connect((_request, response) => void response.writeHead(200).write("a"));
    const stream = client.stream(READ, read, idleMs === undefined ? {} : { idleMs });
    await stream.next();
    expect(pending.size).toBe(0);
    const next = stream.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pending.size).toBe(whileOpen);
    await client.close();
    await next.catch(() => {});
    expect(pending.size).toBe(0);
  }
});

test("a TLS handshake that the engine does not answer is a wait for a connection", async () => {
  const { pending, until } = observe();
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG: temporaryDirectory() };
  const engine = createEngine({ host, env });
  const abort = new AbortController();
  const calling = engine.version({ signal: abort.signal });
  await until("accept a connection");
  expect([...pending].find(({ level }) => level === "connection")?.subject).toBe(`the engine at ${host}`);
  abort.abort();
  await expect(calling).rejects.toMatchObject({ code: "ABORTED" });
  await engine.close();
  while (pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("ssh is a wait in which it may ask for a password, until its first output", async () => {
  const { pending, until } = observe();
  const engine = createEngine({ host: "ssh://me@factory-1", env: withPrograms({ ssh: "exec sleep 60" }) });
  const abort = new AbortController();
  const calling = engine.version({ signal: abort.signal });
  await until("connect to ssh://me@factory-1");
  expect([...pending].find(({ level }) => level === "connection")).toMatchObject({ subject: "ssh", mayPrompt: true });
  abort.abort();
  await expect(calling).rejects.toMatchObject({ code: "ABORTED" });
  await engine.close();
  while (pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("a credential helper is a wait until it ends", async () => {
  const { pending, begun } = observe();
  const env = withPrograms({ "docker-credential-fake": `echo '{"Username":"me","Secret":"sesame"}'` });
  await askHelper("fake", "r.io:5000", env);
  expect(begun).toEqual(["the credential helper docker-credential-fake to return the credentials for r.io:5000"]);
  expect(pending.size).toBe(0);
});
