import { readFileSync } from "node:fs";

/** A strategy of this repository. @param folder its folder in `packages`. */
export function ownImplementation(folder: string) {
  const packageJson = new URL(`../../../../packages/${folder}/package.json`, import.meta.url);
  const { name, version } = JSON.parse(readFileSync(packageJson, "utf8")) as { name: string; version: string };
  const url = `https://github.com/openfactoryio/openfactory-deploy/tree/main/packages/${folder}`;
  return { name, version, organization: "OpenFactory", url };
}
