import type { ServiceSpec } from "./service-spec.js";

/** As engines answer: any key may be missing, null or empty, and there are keys that no request has. */
export type Listed<Body> = Body extends readonly (infer Item)[]
  ? readonly Listed<Item>[]
  : Body extends object
    ? { readonly [Key in keyof Body]?: Listed<Body[Key]> | null }
    : Body extends string
      ? string
      : Body;

/** A ServiceSpec as ServiceList and ServiceInspect answer it (Engine API 1.41 to 1.51). */
export type ListedServiceSpec = Listed<Omit<ServiceSpec, "Mode">> & { readonly Mode?: ListedMode | null };

/** Engine API, ServiceSpec.Mode. */
export interface ListedMode {
  readonly Replicated?: { readonly Replicas?: number } | null;
  readonly Global?: object | null;
  readonly ReplicatedJob?: { readonly MaxConcurrent?: number; readonly TotalCompletions?: number } | null;
  readonly GlobalJob?: object | null;
}
