/** Marks what a test made, so that what is left of it can be swept. */
export const TEST = "org.openfactory.deploy.test";
/** Holds the name of the swarm that a node or network is part of. */
export const SWARM = "org.openfactory.deploy.swarm";
/** Holds the node's own name, as in `node-1`. */
export const NODE = "org.openfactory.deploy.swarm.node";

/** The query for everything with that label, and value where there is one (Engine API, `filters`). */
export const labelled = (label: string, value?: string) =>
  `filters=${encodeURIComponent(JSON.stringify({ label: [value === undefined ? label : `${label}=${value}`] }))}`;
