import type { DeployRequest, RequestField } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";

type Part = Partial<DeployRequest>;

/** A part of a request that can be in one request with parts of other fields. */
export interface CombinablePart {
  readonly title: string;
  /** Fields that the service may not have, since they change the result of the check. */
  readonly without?: readonly RequestField[];
}

export interface CombinationRules<Sample, Result> {
  /** Creates what the part refers to. */
  partOf(sample: Sample, suite: Suite): Promise<Part>;
  /** Whether a service may have other parts, too. */
  isCombinable(sample: Sample, part: Part): boolean;
  deploy(request: DeployRequest): Promise<Result>;
}

/** A service with the parts of several samples. */
interface CombinedService<Sample, Result> {
  readonly name: string;
  readonly parts: Part;
  readonly samples: Map<Sample, Part>;
  result?: Promise<Result>;
}

/**
 * Services that each have the parts of several samples of different fields: an engine starts a dozen, where it would start
 * eighty for a service for each sample. Each is deployed by the first case that needs it.
 */
export class CombinedServices<Sample extends CombinablePart, Result> {
  readonly #suite: Suite;
  readonly #samples: readonly Sample[];
  readonly #rules: CombinationRules<Sample, Result>;
  #services: Promise<CombinedService<Sample, Result>[]> | undefined;

  constructor(suite: Suite, samples: readonly Sample[], rules: CombinationRules<Sample, Result>) {
    this.#suite = suite;
    this.#samples = samples;
    this.#rules = rules;
  }

  /** The part of a sample, which is created once. */
  async part(sample: Sample): Promise<Part> {
    return (await this.#serviceOf(sample)).samples.get(sample) ?? {};
  }

  /** The request of the service with the part of a sample, the fields of its other samples, and the result of its deployment. */
  async with(
    sample: Sample,
  ): Promise<{ request: DeployRequest; others: readonly RequestField[]; result: Awaited<Result> }> {
    const service = await this.#serviceOf(sample);
    const request = this.#suite.request({ ...service.parts, name: service.name });
    const result = await (service.result ??= this.#rules.deploy(request));
    const others = [...service.samples].filter(([other]) => other !== sample).flatMap(([, part]) => fieldsOf(part));
    return { request, others, result };
  }

  async remove(): Promise<void> {
    const services = (await this.#services) ?? [];
    await this.#suite.remove(services.filter(({ result }) => result).map(({ name }) => name));
  }

  async #serviceOf(sample: Sample): Promise<CombinedService<Sample, Result>> {
    const services = await (this.#services ??= this.#combine());
    const service = services.find(({ samples }) => samples.has(sample));
    if (service === undefined) throw new Error(`no service has the sample ${sample.title}`);
    return service;
  }

  /** A sample that can't be combined, or that the strategy or the host may not support, has a separate service. */
  async #combine(): Promise<CombinedService<Sample, Result>[]> {
    const suite = this.#suite;
    const alone: CombinedService<Sample, Result>[] = [];
    const combined: CombinedService<Sample, Result>[] = [];
    for (const sample of this.#samples) {
      const part = await this.#rules.partOf(sample, suite);
      const isAlone = !this.#rules.isCombinable(sample, part) || !suite.isSupported(part) || !suite.isAvailable(part);
      const found = isAlone
        ? undefined
        : combined.find((service) => hasRoomFor(service, fieldsOf(part), sample.without));
      const service = found ?? { parts: {}, samples: new Map(), name: suite.sharedName() };
      if (found === undefined) (isAlone ? alone : combined).push(service);
      service.samples.set(sample, part);
      Object.assign(service.parts, part);
    }
    return [...alone, ...combined];
  }
}

const fieldsOf = (part: Part): readonly RequestField[] => Object.keys(part) as RequestField[];

/** Whether a service has none of the fields, and no sample excludes a field of another one. */
function hasRoomFor<Sample extends CombinablePart>(
  { samples }: CombinedService<Sample, unknown>,
  fields: readonly RequestField[],
  without: readonly RequestField[] = [],
): boolean {
  const present = [...samples.values()].flatMap(fieldsOf);
  const excluded = [...samples.keys()].flatMap((sample) => sample.without ?? []);
  return (
    !fields.some((field) => present.includes(field) || excluded.includes(field)) &&
    !without.some((field) => present.includes(field))
  );
}
