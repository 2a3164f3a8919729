import { compareVersions, DeploymentError } from "@openfactory/deploy-core";
import type { CallLimits } from "./call-limits.js";
import type { EngineVersion } from "../engine-types.js";

/** The highest supported API version: the last one whose changes are documented (moby, api/docs/CHANGELOG.md). */
export const HIGHEST_API = "1.56";
/** The lowest supported API version. Source: Docker Engine 19.03. */
export const LOWEST_API = "1.40";

const PATTERN = /^(\d+)\.(\d+)$/;

export const isApiVersion = (text: string): boolean => PATTERN.test(text);

export const lowerApi = (a: string, b: string): string => (compareVersions(a, b) <= 0 ? a : b);

/** The calls that need no version. */
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

/** An engine answers a ping with 200. With TLS, it answers a request without TLS with 400. */
const isRefusal = (error: unknown): error is DeploymentError =>
  DeploymentError.isInstance(error, "INVALID_REQUEST") || DeploymentError.isInstance(error, "NOT_FOUND");

/** Whether a call ended because of its own caller, and not of the engine. */
const endedByCaller = (error: unknown): boolean =>
  DeploymentError.isInstance(error, "ABORTED") || DeploymentError.isInstance(error, "TIMEOUT");

/** Negotiates the API version once, at the first call, also for calls that start at the same time. */
export class Negotiation {
  readonly #calls: Unversioned;
  readonly #target: { readonly endpoint: { readonly host: string } };
  readonly #highest: string;
  #agreed: string | undefined;
  #pending: Promise<string> | undefined;

  /**
   * @param target the engine's address, for errors
   * @param highest the highest version to use. Default: {@link HIGHEST_API}
   */
  constructor(calls: Unversioned, target: { readonly endpoint: { readonly host: string } }, highest = HIGHEST_API) {
    if (!isApiVersion(highest) || compareVersions(highest, LOWEST_API) < 0) {
      throw new DeploymentError("INVALID_REQUEST", `API version "${highest}" is not supported.`, {
        hint: `Set DOCKER_API_VERSION to a version from ${LOWEST_API} to ${HIGHEST_API}, or unset it.`,
      });
    }
    this.#calls = calls;
    this.#target = target;
    this.#highest = lowerApi(highest, HIGHEST_API);
  }

  /** Undefined before the negotiation. */
  get agreed(): string | undefined {
    return this.#agreed;
  }

  /** @throws DeploymentError `UNSUPPORTED` for an engine that is too old or too new; as every call. */
  async agree(limits: CallLimits): Promise<string> {
    while (this.#agreed === undefined) {
      if (this.#pending === undefined) {
        this.#pending = this.#negotiate(limits).finally(() => (this.#pending = undefined));
        this.#agreed = await this.#pending;
      } else {
        await limits.race(this.#pending).catch((error: unknown) => {
          limits.check();
          if (!endedByCaller(error)) throw error;
        });
      }
    }
    return this.#agreed;
  }

  async #negotiate(limits: CallLimits): Promise<string> {
    const { host } = this.#target.endpoint;
    const offered = await this.#calls.ping(limits).catch((error: unknown) => {
      throw isRefusal(error) ? notAnEngine(host, error) : error;
    });
    if (offered === undefined || !isApiVersion(offered)) throw notAnEngine(host);
    if (compareVersions(offered, LOWEST_API) < 0) {
      throw unsupported(
        `The engine at ${host} is too old: it supports API ${offered}, and ${LOWEST_API} or later is required.`,
        "Update it to Docker Engine 20.10 or later.",
      );
    }
    if (compareVersions(offered, this.#highest) > 0) await this.#checkMinimum(limits);
    return lowerApi(offered, this.#highest);
  }

  async #checkMinimum(limits: CallLimits): Promise<void> {
    const { MinAPIVersion: minimum } = await this.#calls.version(limits);
    if (minimum === undefined || compareVersions(minimum, this.#highest) <= 0) return;
    throw unsupported(
      `The engine at ${this.#target.endpoint.host} is too new: it requires API ${minimum} or later, and ${this.#highest} is the highest supported version.`,
      "Update OpenFactory Deploy, or unset DOCKER_API_VERSION.",
    );
  }
}
