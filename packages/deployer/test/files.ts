import { project } from "./fake-strategy.js";
import type { DesiredApp, DesiredProject, DesiredResource } from "../src/model/project.js";

/** What one file of the project `factory` declares. */
export const fileOf = (
  file: string,
  apps: readonly DesiredApp[],
  { resources = [], directory }: { resources?: readonly DesiredResource[]; directory?: string } = {},
): DesiredProject => ({
  ...project(...apps.map((app) => ({ ...app, file }))),
  files: [file],
  resources: resources.map((resource) => ({ ...resource, file })),
  ...(directory !== undefined && { directory }),
});
