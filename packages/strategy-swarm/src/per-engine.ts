import type { DockerEngine } from "@openfactory/docker-engine";

/** One for each engine, whoever asks there. */
export function perEngine<Made>(make: (engine: DockerEngine) => Made): (engine: DockerEngine) => Made {
  const made = new WeakMap<DockerEngine, Made>();
  return (engine) => {
    const found = made.get(engine) ?? make(engine);
    made.set(engine, found);
    return found;
  };
}
