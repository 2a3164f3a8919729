/**
 * Labels with metadata that the deployer stores on a service. They record where the service comes from, and change with
 * every deploy. A strategy keeps them with the service; if a change of these labels alone would restart the processes, it
 * keeps them off the processes.
 */
export const METADATA_LABELS = {
  /** Hash of the request. */
  request: "org.openfactory.deploy.request",
  /** Fingerprint of the settings. */
  settings: "org.openfactory.deploy.settings",
  /** Id of the run that created the service, or changed it last. */
  run: "org.openfactory.deploy.run",
  /** Names of the resources that were created for the service. */
  uses: "org.openfactory.deploy.uses",
  /** Path of the file that owns the service, relative to the project directory. */
  file: "org.openfactory.deploy.file",
  /** Absolute path of the project directory. */
  directory: "org.openfactory.deploy.directory",
  /** Version of the rules that turn an entry of the file into a request. */
  format: "org.openfactory.deploy.format",
  /** UUID of the asset that the service is, or is part of. */
  uuid: "org.openfactory.deploy.uuid",
  /** Name in the file of the device that the service is part of. */
  device: "org.openfactory.deploy.device",
  /** Assets that the device refers to, as JSON. */
  references: "org.openfactory.deploy.references",
} as const;

const LABELS: ReadonlySet<string> = new Set(Object.values(METADATA_LABELS));

export const isMetadataLabel = (label: string): boolean => LABELS.has(label);
