import { deferredShape } from "@openfactory/deploy-core";
import { z } from "zod";
import { envFile, healthcheckShape, restart } from "../schema/app-file.js";
import { deploy as deployOfApp } from "../schema/deploy.js";
import { hostSettings } from "../schema/host-settings.js";
import { ports } from "../schema/ports.js";
import { fileReferences } from "../schema/resources.js";
import { cpus, duration, flag, maybe, memory, scalarMap, text, wholeNumber } from "../schema/scalars.js";

const texts = z.union([text, z.array(text)]);
const words = z.union([text, z.array(z.union([z.string(), z.number(), z.boolean()]).transform(String))]);
const pairs = z.union([z.array(text), scalarMap]);

const MODE = "expected a file mode in octal digits, such as 1777";
const octal = z
  .union([z.number(), z.string()], MODE)
  .transform(String)
  .refine((mode) => /^(?:0o)?0*[0-7]{1,4}$/.test(mode), MODE)
  .transform((mode) => Number.parseInt(mode.replace("0o", ""), 8));

const volume = z.object({
  type: z.enum(["bind", "volume", "tmpfs"], "expected bind, volume or tmpfs"),
  source: maybe(text),
  target: text,
  read_only: maybe(flag),
  consistency: maybe(text),
  bind: maybe(z.object({ propagation: maybe(text), create_host_path: maybe(flag) })),
  volume: maybe(z.object({ nocopy: maybe(flag), subpath: maybe(text), labels: maybe(pairs) })),
  tmpfs: maybe(z.object({ size: maybe(memory), mode: maybe(octal) })),
});

export type VolumeEntry = z.output<typeof volume>;

const dependsOn = z.union([
  z.array(text),
  z.record(
    text,
    z.object({
      condition: maybe(z.enum(["service_started", "service_healthy", "service_completed_successfully"])),
      required: maybe(flag),
    }),
  ),
]);

const limit = z.union([wholeNumber(-1), z.object({ soft: wholeNumber(-1), hard: wholeNumber(-1) })]);

const { tmpfs: _tmpfs, network_mode: _networkMode, ...sharedHostSettings } = hostSettings;

/** The keys of a service that are supported. */
export const serviceSchema = z.object({
  image: maybe(text.min(1, "must not be empty")),
  command: maybe(words),
  entrypoint: maybe(words),
  environment: maybe(pairs),
  env_file: maybe(envFile),
  labels: maybe(pairs),
  ports: maybe(ports),
  volumes: maybe(z.array(z.union([text, volume]))),
  tmpfs: maybe(texts),
  networks: maybe(z.union([z.array(text), z.record(text, maybe(z.object({ aliases: maybe(z.array(text)) })))])),
  network_mode: maybe(text),
  container_name: maybe(text),
  depends_on: maybe(dependsOn),
  links: maybe(z.array(text)),
  healthcheck: maybe(healthcheckShape),
  restart: maybe(restart),
  deploy: maybe(deployOfApp.unwrap().extend({ labels: maybe(pairs) })),
  scale: maybe(wholeNumber(0, 1_000_000)),
  cpus: maybe(cpus),
  mem_limit: maybe(memory),
  mem_reservation: maybe(memory),
  pids_limit: maybe(wholeNumber(-1)),
  ulimits: maybe(z.object({ nofile: maybe(limit) })),
  user: maybe(z.union([text, z.number()]).transform(String)),
  hostname: maybe(text),
  init: maybe(flag),
  read_only: maybe(flag),
  ...deferredShape(sharedHostSettings),
  cap_add: maybe(z.array(text)),
  cap_drop: maybe(z.array(text)),
  stop_grace_period: maybe(duration),
  secrets: maybe(fileReferences),
  configs: maybe(fileReferences),
  pull_policy: maybe(text),
  profiles: maybe(z.array(text)),
  "x-openfactory": maybe(
    z.object({
      name: maybe(text),
      replica_env: maybe(flag),
      templates: maybe(z.enum(["expand", "literal"])),
      network_aliases: maybe(z.array(text)),
      args: maybe(words),
    }),
  ),
});

export type ServiceEntry = z.output<typeof serviceSchema>;

const named = {
  name: maybe(text),
  external: maybe(z.union([flag, z.object({ name: maybe(text) })])),
};

/** A network, as `schema/resources.ts` validates it, or external by Compose's older `external: {name}`. */
export const volumeSchema = z.object({
  ...named,
  driver: maybe(text),
  driver_opts: maybe(scalarMap),
  labels: maybe(pairs),
});

export type VolumeDeclaration = z.output<typeof volumeSchema>;
