import { DeploymentError, type ErrorCode, type NormalizedRequest, type PublishedPort } from "@openfactory/deploy-core";
import type { MemoryEngine } from "./engine.js";

/** Something that a service needs and that is not there, or is another's. */
export interface Lack {
  code: ErrorCode;
  field: string;
  /** Without a full stop. */
  message: string;
  hint: string;
}

/** What a service needs to be made, and does not find. */
export const lacks = (engine: MemoryEngine, request: NormalizedRequest): Lack[] => [
  ...images(engine, request),
  ...networks(engine, request),
  ...files(engine, request, "secret"),
  ...files(engine, request, "config"),
];

const images = (engine: MemoryEngine, { image }: NormalizedRequest): Lack[] =>
  engine.hasImage(image)
    ? []
    : [
        {
          code: "IMAGE_NOT_FOUND",
          field: "image",
          message: `There is no image ${image}`,
          hint: "Check the image's name and tag.",
        },
      ];

const networks = (engine: MemoryEngine, request: NormalizedRequest): Lack[] =>
  (request.networks ?? []).flatMap((name, index): Lack[] => {
    if (engine.hasNetwork(name)) return [];
    const hint = "Create the network first, or correct its name.";
    return [{ code: "NETWORK_NOT_FOUND", field: `networks[${index}]`, message: `There is no network ${name}`, hint }];
  });

const files = (engine: MemoryEngine, request: NormalizedRequest, kind: "secret" | "config"): Lack[] =>
  (request[`${kind}s`] ?? []).flatMap(({ name }, index): Lack[] => {
    if (engine.hasFile(kind, name)) return [];
    return [
      {
        code: "NOT_FOUND",
        field: `${kind}s[${index}]`,
        message: `There is no ${kind} ${name}`,
        hint: "Create it first.",
      },
    ];
  });

/** The first of its host ports that one of these services has. */
export function portLack({ ports = [] }: NormalizedRequest, others: readonly NormalizedRequest[]): Lack[] {
  const taken = others.flatMap((other) => other.ports ?? []);
  const refused = ports.find((port) => taken.some((other) => sameHostPort(port, other)));
  if (refused === undefined) return [];
  const hint = "Publish another port, or remove the service that has this one.";
  return [{ code: "CONFLICT", field: "ports", message: `The host port ${refused.published} is in use`, hint }];
}

const sameHostPort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published !== undefined && a.published === b.published && a.protocol === b.protocol;

/** @throws DeploymentError the first of what is lacking. */
export function throwIfLacking([first]: readonly Lack[]): void {
  if (first === undefined) return;
  const { code, message, ...rest } = first;
  throw new DeploymentError(code, `${message}.`, rest);
}
