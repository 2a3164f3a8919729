import { formatLocation, type SourceLocation } from "@openfactory/deploy-core";
import type { FileNote } from "./model.js";

/** Collects what users must know about a valid file: keys without effect, variables that are not set. */
export class FileNotes {
  readonly #notes = new Map<
    string,
    { code: FileNote["code"]; key: string; reason: string; locations: Map<string, SourceLocation> }
  >();

  /** Notes a key that is not supported. Keys with the same `pattern` and reason are one note. */
  addUnsupported(pattern: string, key: string, location: SourceLocation, reason: string): void {
    this.#add("KEY_NOT_SUPPORTED", pattern, key, location, reason);
  }

  /** Notes a variable that is replaced by an empty text. */
  addUnset(name: string, location: SourceLocation): void {
    this.#add("VARIABLE_NOT_SET", name, name, location, "The variable is not set, and is replaced by an empty text.");
  }

  /** Notes a service that is not deployed. */
  addInactive(key: string, location: SourceLocation, reason: string): void {
    this.#add("PROFILE_INACTIVE", key, key, location, reason);
  }

  #add(code: FileNote["code"], id: string, key: string, location: SourceLocation, reason: string): void {
    const note = this.#notes.get(`${code} ${id} ${reason}`) ?? { code, key, reason, locations: new Map() };
    note.locations.set(formatLocation(location), location);
    this.#notes.set(`${code} ${id} ${reason}`, note);
  }

  list(): FileNote[] {
    return [...this.#notes.values()].map(({ locations, ...note }) => ({ ...note, locations: [...locations.values()] }));
  }
}
