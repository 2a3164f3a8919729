import type { FileNotes } from "../notes.js";
import type { AppContext } from "../request/fields.js";
import type { ServiceEntry } from "./schema.js";

/** The input of the functions that build the fields of a service's request. */
export interface ServiceContext extends AppContext {
  service: ServiceEntry;
  /** Name of the service in the file. */
  key: string;
  project: string;
  volumes: ReadonlyMap<string, Volume>;
  notes: FileNotes;
}

/** A declared volume, as mounts refer to it. */
export interface Volume {
  /** Name on the engine. */
  name: string;
  driver?: string;
  options?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
}
