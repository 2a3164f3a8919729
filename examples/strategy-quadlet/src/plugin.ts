import { defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { z } from "zod";
import { NAME } from "./manifest.js";
import { containerHost, type Host, localHost, sshHost } from "./node/host.js";
import { QuadletDeploymentStrategy } from "./strategy.js";

const options = z
  .strictObject({
    /** The machine, as `ssh` names it. Default: this machine. */
    ssh: z
      .string()
      .regex(/^[^-\s]\S*$/, "expected a host, such as root@plant-1")
      .optional(),
    /** The container that is the machine, for tests. */
    container: z
      .string()
      .regex(/^[\w.-]+$/, "expected the name of a container")
      .optional(),
    /** The command that reaches the container. */
    engine: z.enum(["docker", "podman"]).default("docker"),
  })
  .refine(({ ssh, container }) => ssh === undefined || container === undefined, "ssh and container exclude each other");

const hostOf = ({ ssh, container, engine }: z.output<typeof options>): Host => {
  if (ssh !== undefined) return sshHost(ssh);
  return container === undefined ? localHost() : containerHost(container, engine);
};

export const plugin = defineStrategyPlugin<z.output<typeof options>>({
  name: NAME,
  contractVersion: "1.0",
  description: "Podman Quadlet: units of systemd on one machine, without an engine's socket.",
  options,
  register: (container, given) =>
    void container.register(DEPLOYMENT_STRATEGY, { useValue: new QuadletDeploymentStrategy(hostOf(given)) }),
});
