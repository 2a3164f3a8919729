import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { ContractFactory, ContractTarget } from "@openfactory/strategy-contract-tests";
import { QuadletDeploymentStrategy } from "@openfactory/example-strategy-quadlet";
import { command, tryCommand } from "./command.js";
import { quadletProbes } from "./probes.js";

const TEST_LABELS = { "org.openfactory.deploy.test": "1" };

/** Debian's registry, which the node runs. */
const REGISTRY = "localhost:5000";

/** Pushes an image that writes `first`, and, at the call of `move`, one that writes `second` under the same tag. */
async function movingImage(): Promise<{ reference: string; move(): Promise<void> }> {
  const reference = `${REGISTRY}/contract-${randomUUID().slice(0, 8)}:1`;
  const local = `localhost/openfactory/moving-${randomUUID().slice(0, 8)}:1`;
  const push = async (text: string): Promise<void> => {
    const script = `trap "exit 0" TERM; echo ${text}; while :; do sleep 3600 & wait $!; done`;
    const changes = [`CMD ${JSON.stringify(["sh", "-c", script])}`, "ENV PATH=/bin"].flatMap((change) => [
      "--change",
      change,
    ]);
    await command(["podman", "import", "--quiet", ...changes, "/var/lib/contract-rootfs.tar", local]);
    await command(["podman", "push", "--quiet", local, reference]);
    await command(["podman", "image", "rm", "--force", local]);
  };
  await push("first");
  return { reference, move: () => push("second") };
}

/** The strategy on this machine: a node with systemd. The images must exist: see `node.mjs`. */
const quadletTarget: ContractFactory = async (): Promise<ContractTarget> => {
  const strategy = new QuadletDeploymentStrategy();
  const created: [kind: "network" | "volume" | "secret", name: string][] = [];
  const add = (kind: "network" | "volume" | "secret"): string => {
    const name = `contract-${randomUUID().slice(0, 8)}`;
    created.push([kind, name]);
    return name;
  };
  const network = async (...options: string[]): Promise<string> => {
    const name = add("network");
    await command(["podman", "network", "create", ...options, name]);
    return name;
  };
  const remove = async (name: string): Promise<void> => {
    const unit = `/etc/containers/systemd/${name}.container`;
    if (existsSync(unit)) {
      await tryCommand(["systemctl", "stop", "--", `${name}.service`]);
      await command(["rm", "-rf", unit, `/var/lib/openfactory-quadlet/${name}`]);
      await command(["systemctl", "daemon-reload"]);
      await tryCommand(["systemctl", "reset-failed", "--", `${name}.service`]);
    }
    await tryCommand(["podman", "rm", "--force", "--volumes", "--time=0", "--ignore", name]);
  };
  const podman = (await command(["podman", "version", "--format={{.Version}}"])).trim();
  const [, systemd = ""] = /^systemd (\S+)/.exec(await command(["systemctl", "--version"])) ?? [];
  return {
    strategy,
    engine: { name: "Podman with systemd", version: `${podman} with systemd ${systemd}` },
    probes: quadletProbes,
    labels: TEST_LABELS,
    images: {
      plain: "localhost/openfactory/contract:1",
      withEntrypoint: "localhost/openfactory/contract-entrypoint:1",
      missing: "localhost/openfactory/no-such-image:1",
      moving: movingImage,
    },
    network: () => network(),
    volume: async () => add("volume"),
    async secret(content) {
      const name = add("secret");
      // Podman reads a secret from a pipe; the input of a child process of Node is a socket.
      const made = spawnSync("sh", ["-c", 'cat | podman secret create "$1" -', "sh", name], { input: content });
      if (made.status !== 0) throw new Error(`podman secret create failed: ${made.stderr.toString()}`);
      return name;
    },
    singleHost: true,
    portlessNetworks: ["host", "none"],
    hostAddresses: ["127.0.0.1", "127.0.0.2"],
    unavailable: { privileged: "this machine lacks CAP_SYS_RESOURCE: Podman runs no privileged containers on it" },
    foreign: {
      "a Quadlet unit": async ({ name, ended }) => {
        const path = `/etc/containers/systemd/${name}.container`;
        const unit = `[Container]\nContainerName=${name}\nImage=localhost/openfactory/contract:1\nExec=sleep 1000\n`;
        spawnSync("tee", [path], { input: unit });
        await command(["systemctl", "daemon-reload"]);
        if (!ended) await command(["systemctl", "start", `${name}.service`]);
        return async () => [
          await command(["cat", path]),
          await command(["systemctl", "show", "--property=ActiveState,InvocationID,NRestarts", `${name}.service`]),
        ];
      },
      "a Podman container": async ({ name, ended, labels }) => {
        const flags = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
        const program = ended ? ["true"] : ["sleep", "1000"];
        await command([
          "podman",
          "run",
          "--detach",
          `--name=${name}`,
          ...flags,
          "localhost/openfactory/contract:1",
          ...program,
        ]);
        if (ended) await command(["podman", "wait", name]);
        return async () =>
          command(["podman", "inspect", "--format={{.Id}} {{.State.Status}} {{.State.StartedAt}}", name]);
      },
    },
    cleanup: remove,
    async close() {
      await strategy.close();
      for (const [kind, name] of created)
        await tryCommand(["podman", kind, "rm", ...(kind === "secret" ? [] : ["--force"]), name]);
    },
  };
};

/** The target of `strategy-contract-tests run`. Each start of a container takes half a second on two free cores. */
export default {
  name: "Podman Quadlet",
  factory: quadletTarget,
  options: {
    timeoutMs: 300_000,
    pollTimeoutMs: 120_000,
    differs: {
      "special characters > labels reach the engine unchanged":
        "Podman ends the name of a label at its first equals sign; the manifest declares that",
      "exec > exec() gives a terminal the requested size":
        "Podman takes the size from its own terminal, and the strategy has none",
    },
  },
};
