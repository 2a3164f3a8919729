import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { wrapMethods } from "./wrap-methods.js";

/** What a site allows. An omitted rule allows everything. An app must comply with every policy that is in force. */
export interface Policy {
  /** Where the policy comes from, for messages, such as the path of its file. */
  readonly source: string;
  /** `false`: no app is privileged. */
  readonly privileged?: boolean;
  /** `false`: no app uses the network of the host. */
  readonly hostNetwork?: boolean;
  /** The capabilities that apps may add, such as `NET_BIND_SERVICE`. */
  readonly capabilities?: readonly string[];
  /** `false`: no app mounts the socket of an engine, or a directory that contains one. */
  readonly engineSocket?: boolean;
  /** Absolute paths of the directories of hosts that apps may mount, with what is below them. */
  readonly binds?: readonly string[];
  /** Paths of the devices of hosts that apps may use, with what is below them. */
  readonly devices?: readonly string[];
  readonly images?: ImagePolicy;
}

export interface ImagePolicy {
  /** `true`: every image has a digest. */
  readonly digest?: boolean;
  /** The registries that images may come from, or parts of them: `registry.example.com`, `docker.io/library`. */
  readonly registries?: readonly string[];
  /** Public keys in PEM. Every image has a cosign signature of one of them, and is deployed by the digest that was signed. */
  readonly signedBy?: readonly string[];
}

/**
 * Finds an image whose signature is valid.
 * @param image a reference. Its digest, if it has one, is the one to verify.
 * @param keys public keys in PEM. One of them must have signed the image.
 * @returns the digest that was signed.
 * @throws DeploymentError if there is no valid signature, or if that can't be determined.
 */
export type VerifyImage = (
  image: string,
  keys: readonly string[],
  options: { signal?: AbortSignal },
) => Promise<string>;

export interface PolicyOptions {
  /** The policies, or a function that reads them before the first change. Its errors end the operation. */
  readonly policies: readonly Policy[] | (() => Promise<readonly Policy[]>);
  /** Required for policies with `signedBy`: without it, these refuse every image. */
  readonly verifyImage?: VerifyImage;
}

const POLICY = Symbol("policy");

/**
 * A strategy with policies. Operations of this package refuse what the policies forbid, with `POLICY_VIOLATION`, before any
 * change. Direct calls of the strategy are not checked.
 */
export const withPolicy = <Strategy extends OpenFactoryServiceDeploymentStrategy>(
  strategy: Strategy,
  options: PolicyOptions,
): Strategy =>
  new Proxy(
    wrapMethods(strategy, (_, method) => method),
    { get: (target, property) => (property === POLICY ? options : (Reflect.get(target, property) as unknown)) },
  );

/** The policies that are in force for a strategy, and how to verify images. */
export async function policyOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<{ policies: readonly Policy[]; verifyImage?: VerifyImage }> {
  const options = (strategy as { [POLICY]?: PolicyOptions })[POLICY];
  if (options === undefined) return { policies: [] };
  const { policies, verifyImage } = options;
  return {
    policies: typeof policies === "function" ? await policies() : policies,
    ...(verifyImage && { verifyImage }),
  };
}
