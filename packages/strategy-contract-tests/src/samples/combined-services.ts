import type { DeployRequest, RequestField } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";
import { type FieldSample, fieldSamples, isCombinable, partOf } from "./field-samples.js";

/** A service with the parts of several samples. */
interface CombinedService {
  readonly name: string;
  readonly parts: Partial<DeployRequest>;
  readonly samples: Map<FieldSample, readonly RequestField[]>;
  deployed?: Promise<unknown>;
}

/**
 * Services that each have the parts of several samples of different fields: an engine starts a dozen, where it would start
 * eighty for a service for each sample. Each is deployed by the first case that needs it.
 */
export class CombinedServices {
  readonly #suite: Suite;
  #services: Promise<CombinedService[]> | undefined;

  constructor(suite: Suite) {
    this.#suite = suite;
  }

  /** The request of a service with the part of a sample, and the fields of its other samples. */
  async with(sample: FieldSample): Promise<{ request: DeployRequest; others: readonly RequestField[] }> {
    const services = await (this.#services ??= this.#combine());
    const service = services.find(({ samples }) => samples.has(sample));
    if (service === undefined) throw new Error(`no service has the sample ${sample.title}`);
    const request = this.#suite.request({ ...service.parts, name: service.name });
    await (service.deployed ??= this.#suite.strategy.deploy(request));
    const others = [...service.samples].filter(([other]) => other !== sample).flatMap(([, fields]) => fields);
    return { request, others };
  }

  async remove(): Promise<void> {
    const services = (await this.#services) ?? [];
    await this.#suite.remove(services.filter(({ deployed }) => deployed).map(({ name }) => name));
  }

  /** A sample that can't be combined, or that the strategy or the host may reject, has a separate service. */
  async #combine(): Promise<CombinedService[]> {
    const suite = this.#suite;
    const alone: CombinedService[] = [];
    const combined: CombinedService[] = [];
    for (const sample of fieldSamples) {
      const part = await partOf(sample, suite);
      const fields = Object.keys(part) as RequestField[];
      const isFree = ({ samples }: CombinedService): boolean =>
        !fields.some((field) => [...samples.values()].flat().includes(field));
      const isAlone =
        !isCombinable(sample, part) ||
        suite.declared({ name: "name", image: "image", ...part }).refused ||
        !suite.isAvailable(part);
      const found = isAlone ? undefined : combined.find(isFree);
      const service = found ?? { parts: {}, samples: new Map(), name: suite.sharedName() };
      if (found === undefined) (isAlone ? alone : combined).push(service);
      service.samples.set(sample, fields);
      Object.assign(service.parts, part);
    }
    return [...alone, ...combined];
  }
}
