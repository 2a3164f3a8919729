import { holdsTemplate, type Mount, type NormalizedRequest, type Templates } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { ContainerSpec } from "../engine-api/service.js";
import { isReplicaEntry } from "./replica-env.js";

/** A Go template that makes `{{`. */
const LITERAL = '{{"{{"}}';

/** Text that a swarm expands to `text` itself. */
const escaped = (text: string): string => text.replaceAll("{{", LITERAL);

const unescaped = (text: string): string => text.replaceAll(LITERAL, "{{");

/** Whether a swarm expands something in `text` that is not an escaped `{{`. */
const isTemplate = (text: string): boolean => text.split(LITERAL).some(holdsTemplate);

type Change = (text: string) => string;
type Texts = Partial<Pick<NormalizedRequest, "env" | "hostname" | "mounts" | "replicaEnv">>;

/** The value of `KEY=VALUE`: a swarm expands no names. */
const inEntry = (entry: string, change: Change): string => {
  const value = entry.indexOf("=") + 1;
  return value === 0 ? entry : entry.slice(0, value) + change(entry.slice(value));
};

const inMapping = <Mapping extends object>(mapping: Mapping, change: Change): Mapping =>
  Object.fromEntries(Object.entries(mapping).map(([key, text]) => [key, change(text as string)])) as Mapping;

function inMount(mount: Mount, change: Change): Mount {
  const { Source, Target, VolumeOptions } = mount;
  const { Labels, DriverConfig } = VolumeOptions ?? {};
  const { Options } = DriverConfig ?? {};
  return {
    ...mount,
    Target: change(Target),
    ...(Source && { Source: change(Source) }),
    ...(VolumeOptions && {
      VolumeOptions: {
        ...VolumeOptions,
        ...(Labels && { Labels: inMapping(Labels, change) }),
        ...(DriverConfig && {
          DriverConfig: { ...DriverConfig, ...(Options && { Options: inMapping(Options, change) }) },
        }),
      },
    }),
  };
}

/** Every text that a swarm expands (swarmkit, template.ExpandContainerSpec), changed; not the templates of `replicaEnv`. */
const inTexts = ({ env, hostname, mounts, replicaEnv }: Texts, change: Change): Texts => ({
  ...(env && { env: env.map((entry) => (replicaEnv && isReplicaEntry(entry) ? entry : inEntry(entry, change))) }),
  ...(hostname !== undefined && { hostname: change(hostname) }),
  ...(mounts && { mounts: mounts.map((mount) => inMount(mount, change)) }),
});

/** The request as a swarm needs it: with `templates: literal`, every `{{` is escaped, so that the process gets it as it is. */
export const withEscapedTexts = (request: NormalizedRequest): NormalizedRequest =>
  request.templates === "literal" ? { ...request, ...inTexts(request, escaped) } : request;

/**
 * The texts of a service as they were asked for, and what they are: `expand` where a swarm expands something, `literal`
 * where all `{{` are escaped. Without any `{{` there is nothing to say.
 */
export function fromEscapedTexts(
  container: Answered<ContainerSpec>,
  { replicaEnv }: Pick<NormalizedRequest, "replicaEnv"> = {},
): {
  container: Answered<ContainerSpec>;
  templates?: Templates;
} {
  const { Env, Hostname, Mounts } = container;
  const seen: string[] = [];
  const texts = inTexts(
    { env: [...(Env ?? [])], hostname: Hostname ?? "", mounts: [...((Mounts ?? []) as Mount[])], replicaEnv },
    (text) => {
      if (holdsTemplate(text)) seen.push(text);
      return unescaped(text);
    },
  );
  if (seen.length === 0) return { container };
  if (seen.some(isTemplate)) return { container, templates: "expand" };
  const { env = [], hostname = "", mounts = [] } = texts;
  const plain = {
    ...container,
    ...(Env && { Env: env }),
    ...(Hostname && { Hostname: hostname }),
    ...(Mounts && { Mounts: mounts }),
  };
  return { container: plain as Answered<ContainerSpec>, templates: "literal" };
}
