/**
 * Labels by which the deployer keeps account of a service. They say how it came to be, not what it is, and change with
 * every deploy: a strategy keeps them with the service, and off its processes where a change of them alone would start
 * those anew.
 */
export const BOOKKEEPING_LABELS = {
  /** Hash of the request. */
  request: "org.openfactory.deploy.request",
  /** Fingerprint of the settings. */
  settings: "org.openfactory.deploy.settings",
  /** Id of the run that made the service, or changed it last. */
  run: "org.openfactory.deploy.run",
  /** Names of what was made for the service. */
  uses: "org.openfactory.deploy.uses",
  /** Path of the file that owns the service, relative to the project directory. */
  file: "org.openfactory.deploy.file",
  /** Absolute path of the project directory. */
  directory: "org.openfactory.deploy.directory",
  /** Version of the rules by which the request was made from a file. */
  format: "org.openfactory.deploy.format",
  /** UUID of the asset that the service is, or is part of. */
  uuid: "org.openfactory.deploy.uuid",
  /** Name in the file of the device that the service is part of. */
  device: "org.openfactory.deploy.device",
  /** Assets that the device refers to, as JSON. */
  references: "org.openfactory.deploy.references",
} as const;

const ALL: ReadonlySet<string> = new Set(Object.values(BOOKKEEPING_LABELS));

export const isBookkeepingLabel = (label: string): boolean => ALL.has(label);
