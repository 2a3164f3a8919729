import { containsTemplate, type Mount, type NormalizedRequest, type Templates } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";
import { isReplicaEntry } from "./env.js";

/** A Go template that expands to `{{`. */
const ESCAPED = '{{"{{"}}';

const escape = (text: string): string => text.replaceAll("{{", ESCAPED);

const unescape = (text: string): string => text.replaceAll(ESCAPED, "{{");

/** Whether `text` has a template other than an escaped `{{`. */
const isTemplate = (text: string): boolean => text.split(ESCAPED).some(containsTemplate);

/** The request with every `{{` escaped if it has `templates: literal`, so that the process gets the text unchanged. */
export const withEscapedTemplates = (request: NormalizedRequest): NormalizedRequest =>
  request.templates === "literal" ? { ...request, ...mapTexts(request, escape) } : request;

/**
 * A container with its texts unescaped, and `templates`: `expand` if a swarm expands any text of it, `literal` if every
 * `{{` is escaped, and undefined if it has no `{{`.
 */
export function fromEscapedTemplates<Container extends Answered<Omit<ContainerSpec, "Image">>>(
  container: Container,
  { replicaEnv }: Pick<NormalizedRequest, "replicaEnv"> = {},
): { container: Container; templates?: Templates } {
  const { Env, Hostname, Mounts } = container;
  const seen: string[] = [];
  const texts = mapTexts(
    { env: [...(Env ?? [])], hostname: Hostname ?? "", mounts: [...((Mounts ?? []) as Mount[])], replicaEnv },
    (text) => {
      if (containsTemplate(text)) seen.push(text);
      return unescape(text);
    },
  );
  if (seen.length === 0) return { container };
  if (seen.some(isTemplate)) return { container, templates: "expand" };
  const { env = [], hostname = "", mounts = [] } = texts;
  const unescaped = {
    ...container,
    ...(Env && { Env: env }),
    ...(Hostname && { Hostname: hostname }),
    ...(Mounts && { Mounts: mounts }),
  };
  return { container: unescaped, templates: "literal" };
}

type Transform = (text: string) => string;
type Texts = Partial<Pick<NormalizedRequest, "env" | "hostname" | "mounts" | "replicaEnv">>;

/** Transforms every text that a swarm expands (swarmkit, template.ExpandContainerSpec) but the templates of `replicaEnv`. */
const mapTexts = ({ env, hostname, mounts, replicaEnv }: Texts, transform: Transform): Texts => ({
  ...(env && { env: env.map((entry) => (replicaEnv && isReplicaEntry(entry) ? entry : mapValue(entry, transform))) }),
  ...(hostname !== undefined && { hostname: transform(hostname) }),
  ...(mounts && { mounts: mounts.map((mount) => mapMount(mount, transform)) }),
});

/** Transforms the value of `KEY=VALUE`: a swarm does not expand names. */
const mapValue = (entry: string, transform: Transform): string => {
  const value = entry.indexOf("=") + 1;
  return value === 0 ? entry : entry.slice(0, value) + transform(entry.slice(value));
};

function mapMount(mount: Mount, transform: Transform): Mount {
  const { Source, Target, VolumeOptions } = mount;
  const { Labels, DriverConfig } = VolumeOptions ?? {};
  const { Options } = DriverConfig ?? {};
  return {
    ...mount,
    Target: transform(Target),
    ...(Source && { Source: transform(Source) }),
    ...(VolumeOptions && {
      VolumeOptions: {
        ...VolumeOptions,
        ...(Labels && { Labels: mapValues(Labels, transform) }),
        ...(DriverConfig && {
          DriverConfig: { ...DriverConfig, ...(Options && { Options: mapValues(Options, transform) }) },
        }),
      },
    }),
  };
}

const mapValues = (texts: Readonly<Record<string, string>>, transform: Transform): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, transform(text)]));
