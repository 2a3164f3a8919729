import { DeploymentError } from "@openfactory/deploy-core";
import type { CallLimits } from "./call-limits.js";
import type { EngineVersion } from "../engine-types.js";

/** The highest API version known here. Source: Docker Engine 28.5. */
export const HIGHEST_API = "1.51";
/** The lowest API version that works here. Source: Docker Engine 19.03. */
export const LOWEST_API = "1.40";

const PATTERN = /^(\d+)\.(\d+)$/;

export const isApiVersion = (text: string): boolean => PATTERN.test(text);

/** Negative where `a` is the older, positive where it is the newer, 0 where they are the same. */
export function compareApi(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}

export const lowerApi = (a: string, b: string): string => (compareApi(a, b) <= 0 ? a : b);

/** The two calls that need no version. */
export interface Unversioned {
  /** The `Api-Version` header of `GET /_ping`. */
  ping(limits: CallLimits): Promise<string | undefined>;
  version(limits: CallLimits): Promise<EngineVersion>;
}

const unsupported = (message: string, hint: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", message, { hint });

const notAnEngine = (host: string, cause?: DeploymentError): DeploymentError =>
  new DeploymentError("ENGINE_UNREACHABLE", `The server at ${host} is not a Docker Engine, or requires TLS.`, {
    hint: "Check the address. If the port uses TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH.",
    cause: cause?.cause,
  });

/** An engine answers a ping with 200; with TLS, it answers one that comes without with 400. */
const isRefusal = (error: unknown): error is DeploymentError =>
  DeploymentError.isInstance(error, "INVALID_REQUEST") || DeploymentError.isInstance(error, "NOT_FOUND");

/** Whether a call was ended by its own caller, which says nothing about the engine. */
const endedByCaller = (error: unknown): boolean =>
  DeploymentError.isInstance(error, "ABORTED") || DeploymentError.isInstance(error, "TIMEOUT");

/** The API version to speak: asked for once, at the first call, however many calls begin at the same time. */
export class Negotiation {
  readonly #calls: Unversioned;
  readonly #place: { readonly endpoint: { readonly host: string } };
  readonly #ours: string;
  #agreed: string | undefined;
  #asking: Promise<string> | undefined;

  /**
   * @param place where the engine is, for errors
   * @param highest the newest version to speak. Default: {@link HIGHEST_API}
   */
  constructor(calls: Unversioned, place: { readonly endpoint: { readonly host: string } }, highest = HIGHEST_API) {
    if (!isApiVersion(highest) || compareApi(highest, LOWEST_API) < 0) {
      throw new DeploymentError("INVALID_REQUEST", `API version "${highest}" is not supported.`, {
        hint: `Set DOCKER_API_VERSION to a version from ${LOWEST_API} to ${HIGHEST_API}, or unset it.`,
      });
    }
    this.#calls = calls;
    this.#place = place;
    this.#ours = lowerApi(highest, HIGHEST_API);
  }

  /** Once it is agreed on. */
  get agreed(): string | undefined {
    return this.#agreed;
  }

  /** @throws DeploymentError `UNSUPPORTED` for an engine that is too old or too new; as every call. */
  async agree(limits: CallLimits): Promise<string> {
    while (this.#agreed === undefined) {
      if (this.#asking === undefined) {
        this.#asking = this.#ask(limits).finally(() => (this.#asking = undefined));
        this.#agreed = await this.#asking;
      } else {
        await limits.race(this.#asking).catch((error: unknown) => {
          limits.check();
          if (!endedByCaller(error)) throw error;
        });
      }
    }
    return this.#agreed;
  }

  async #ask(limits: CallLimits): Promise<string> {
    const { host } = this.#place.endpoint;
    const theirs = await this.#calls.ping(limits).catch((error: unknown) => {
      throw isRefusal(error) ? notAnEngine(host, error) : error;
    });
    if (theirs === undefined || !isApiVersion(theirs)) throw notAnEngine(host);
    if (compareApi(theirs, LOWEST_API) < 0) {
      throw unsupported(
        `The engine at ${host} is too old: it supports API ${theirs}, and ${LOWEST_API} or later is required.`,
        "Update it to Docker Engine 20.10 or later.",
      );
    }
    if (compareApi(theirs, this.#ours) > 0) await this.#checkMinimum(limits);
    return lowerApi(theirs, this.#ours);
  }

  async #checkMinimum(limits: CallLimits): Promise<void> {
    const { MinAPIVersion: minimum } = await this.#calls.version(limits);
    if (minimum === undefined || compareApi(minimum, this.#ours) <= 0) return;
    throw unsupported(
      `The engine at ${this.#place.endpoint.host} is too new: it requires API ${minimum} or later, and ${this.#ours} is the highest supported version.`,
      "Update OpenFactory Deploy, or unset DOCKER_API_VERSION.",
    );
  }
}
