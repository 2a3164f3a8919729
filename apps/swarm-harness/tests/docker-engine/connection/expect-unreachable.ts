import { run } from "ofdeploy";
import { expect } from "vitest";
import { captureIo } from "../../cli/support/run-ofdeploy.js";

/** Expects that the command exits with 4 for the engine of this environment, and prints the reason and the hint. */
export async function expectUnreachable(
  env: Record<string, string | undefined>,
  reason: string,
  hint: string,
): Promise<void> {
  const all = { ...process.env, DOCKER_CONFIG: "/nowhere", ...env } as Record<string, string>;
  const io = captureIo(process.cwd(), { env: all });
  expect(await run(["ls"], io), io.stderr.text).toBe(4);
  const [message = "", advice = ""] = io.stderr.text.split("\n");
  expect(message).toMatch(/^error\[ENGINE_UNREACHABLE\] /);
  expect(message).toContain(reason);
  expect(advice).toMatch(/^ {2}hint: /);
  expect(advice).toContain(hint);
}
