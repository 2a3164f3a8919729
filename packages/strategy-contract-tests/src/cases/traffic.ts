import { test } from "vitest";
import type { Suite } from "../suite.js";

/** A published port leads to the process. */
export function trafficCases(suite: Suite): void {
  test("a request to the host port is answered by the process", async (context) => {
    const get = suite.probe(context, "get");
    suite.needs(context, { ports: { 80: 80 }, command: ["x"] });
    const mode = suite.honours({ ports: [{ target: 80, published: 80, mode: "host" }] }) ? "host" : "ingress";
    const published = await suite.freePort();
    const body = suite.name();
    await suite.running(
      suite.request({ ports: [{ target: 8080, published, mode }], command: suite.programs.serve(8080, body) }),
    );
    const answer = () => get(published).catch((error: unknown) => String(error));
    await suite.eventually(`an answer at port ${published}`, answer, (text) => text.trim() === body);
  });
}
