import { Redactor, secretsOfRequest } from "@openfactory/deploy-core";
import type { ServiceDetails } from "@openfactory/docker-engine";

/**
 * Masks values of a service's env: a node repeats what it could not start, and a process writes what it likes. The
 * values are looked up for the first text that is masked.
 */
export const secretsOf = ({ Spec }: ServiceDetails): Redactor =>
  new Redactor(() => {
    const { Env, Image = "" } = (Spec.TaskTemplate.ContainerSpec ?? {}) as { Env?: readonly string[]; Image?: string };
    return secretsOfRequest({ name: Spec.Name, image: Image, env: Env ?? [] });
  });
