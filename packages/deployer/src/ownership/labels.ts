/**
 * The labels by which a service is known to have been made here, and by which project. They are all the state there is:
 * nothing is kept outside the engine.
 */
export const PROJECT_LABEL = "org.openfactory.deploy.project";
/** The app's name in its file. */
export const APP_LABEL = "org.openfactory.deploy.app";
/** {@link requestHash} of the request that the service was made from. */
export const REQUEST_LABEL = "org.openfactory.deploy.request";

export const OWNERSHIP_LABELS: readonly string[] = [PROJECT_LABEL, APP_LABEL, REQUEST_LABEL];

/** What a service's labels say of who made it. */
export interface Owner {
  project: string;
  app?: string;
  /** Hash of the request it was made from. */
  request?: string;
}

/** Who made the service with these labels; undefined: not this tool. */
export function ownerOf(labels: Readonly<Record<string, string>>): Owner | undefined {
  const project = labels[PROJECT_LABEL];
  return project === undefined ? undefined : { project, app: labels[APP_LABEL], request: labels[REQUEST_LABEL] };
}
