import { TEST_IMAGE } from "@openfactory/test-engine";
import { type Load, names } from "./files.ts";

/** The services of a load, in the format of `peers/reference.py`. */
export const referenceInput = (load: Load): string =>
  JSON.stringify(
    names(load).map((name, index) => ({
      name,
      image: TEST_IMAGE,
      command: ["sleep", "3600"],
      env: ["KIND=bench", `NUMBER=${index}`, "TAG=old"],
      nano_cpus: 500_000_000,
      memory: 64 * 1024 ** 2,
      replicas: load.replicas,
    })),
  );
