import { inspect } from "node:util";
import { expect, it, vi } from "vitest";
import { answering, fakeEngine } from "../../test/fake-engine.js";
import { dialerFor } from "./dial.js";
import { createModem } from "./modem.js";

it("does not care for the process's own DOCKER_HOST", async () => {
  vi.stubEnv("DOCKER_HOST", "tcp://[broken");
  vi.stubEnv("DOCKER_CERT_PATH", "/nowhere");
  const { host } = await fakeEngine(answering(200, {}));
  const path = host.slice("unix://".length);
  const modem = await createModem(await dialerFor({ kind: "socket", host, path }, {}));
  const request = { method: "GET", path: "/things", query: {}, headers: {} } as const;
  const response = await modem.send(request, new AbortController().signal);
  response.resume();
  expect(response.statusCode).toBe(200);
  modem.close();
  vi.unstubAllEnvs();
});

it("hides headers, which may hold credentials, from the modem's log", async () => {
  const { default: Modem } = await import("docker-modem");
  let seen = "";
  const dial = vi.spyOn(Modem.prototype, "dial").mockImplementation((options, callback) => {
    seen = inspect(options, { showHidden: true, depth: null });
    callback?.(new Error("enough"), null);
  });
  const modem = await createModem(() => expect.unreachable());
  const headers = { "X-Registry-Auth": "sesame" };
  const send = modem.send({ method: "GET", path: "/", query: {}, headers }, new AbortController().signal);
  await expect(send).rejects.toThrow("enough");
  expect(seen).toContain("path");
  expect(seen).not.toContain("sesame");
  dial.mockRestore();
});
