import type { OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { lookUpFamily, mustBeThere } from "./look-up.js";
import { read, type Reading } from "./reading.js";
import { repairsOf } from "./repairs.js";
import { settle } from "./settle.js";

/**
 * A service with all its containers where they should be: what an update that was cut off has left is put right first.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function settledService(
  engine: DockerEngine,
  service: string,
  options: OperationOptions,
): Promise<Reading> {
  const family = await lookUpFamily(engine, service, options);
  const reading = read(family);
  mustBeThere(engine, service, reading.current);
  const repairs = repairsOf(family);
  if (Object.values(repairs).every((members) => members.length === 0)) return reading;
  await settle(engine, repairs);
  return read(await lookUpFamily(engine, service, options));
}
