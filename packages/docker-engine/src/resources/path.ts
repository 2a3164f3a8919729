import { DeploymentError } from "@openfactory/deploy-core";
import type { Filters } from "../engine.js";

/** A name or id as one part of a path. @throws DeploymentError `INVALID_REQUEST` where it would name another path. */
export function segment(name: string): string {
  if (name === "" || name === "." || name === "..") {
    throw new DeploymentError("INVALID_REQUEST", `"${name}" is no name or id.`, { hint: "Give a name or an id." });
  }
  return encodeURIComponent(name);
}

/** An image reference as the path of a call: its slashes stay. */
export const imagePath = (image: string): string => image.split("/").map(segment).join("/");

/** The query that filters a list; none where nothing is filtered by. */
export const filterQuery = (filters: Filters | undefined): { filters?: string } =>
  filters && Object.keys(filters).length > 0 ? { filters: JSON.stringify(filters) } : {};
