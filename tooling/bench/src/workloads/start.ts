import { type Bench, ofdeploy, peerRun, present, where } from "../bench.ts";
import { appFile, composeFile, write } from "../files.ts";
import { timedProcess } from "../timed-process.ts";
import type { Contender, Workload } from "../workload.ts";

/** The start of the command. The floor is an empty Node script. */
export function startWorkloads(bench: Bench): Workload[] {
  const part = "start";
  const { docker, compose } = bench.peers;
  const load = { count: 500, replicas: 1 };
  const ofFile = write(bench.folder, "start-apps.yml", appFile("bench", load));
  const composeYml = write(bench.folder, "start-compose.yml", composeFile(load, "local"));
  const floor: Contender = {
    label: "node -e 0",
    run: async () => (await timedProcess([process.execPath, "-e", "0"])).ms,
  };
  const ours = (...args: string[]): Contender => ({
    label: `ofdeploy ${args[0]}`,
    run: async () => (await ofdeploy(bench, args)).ms,
  });
  const peer = (...args: string[]) =>
    where(docker, { label: `docker ${args[0]}`, run: async () => (await peerRun(bench, docker, args)).ms });
  const checks = where(compose, {
    label: "docker compose config",
    run: async () => (await peerRun(bench, compose, ["-f", composeYml, "config", "--quiet"])).ms,
  });
  return [
    { part, name: "--version", contenders: present({ ours: ours("--version"), peer: peer("--version"), floor }) },
    { part, name: "--help", contenders: present({ ours: ours("--help"), peer: peer("--help"), floor }) },
    {
      part,
      name: "validate 500 apps",
      contenders: present({ ours: ours("validate", "--file", ofFile), peer: checks, floor }),
    },
  ];
}
