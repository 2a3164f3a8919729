import { UserError } from "./user-error.js";

/** The platforms that `ofdeploy` knows without any plugin: two plugins of one name are both refused. */
const BUILT_IN = ["docker", "swarm"];
const LONGEST_PACKAGE_NAME = 214;

/** The names that a new strategy goes by. */
export interface Names {
  /** As in `ofdeploy --platform`. */
  platform: string;
  /** In npm. */
  package: string;
  /** What its classes begin with. */
  className: string;
}

/**
 * Checks the names that were given, and makes up those that were not.
 * @param folder the last part of the directory's path.
 * @throws UserError
 */
export function chooseNames(folder: string, given: { platform?: string; package?: string }): Names {
  const platform = given.platform ?? folder.toLowerCase().replace(/^(?:openfactory-)?strategy-/, "");
  if (!/^[a-z0-9][a-z0-9-]*$/.test(platform)) {
    throw new UserError(
      `A platform can't be called ${JSON.stringify(platform)}: names are made of lower-case letters, digits and -.`,
      "Give it another one: --name my-platform",
    );
  }
  if (BUILT_IN.includes(platform)) {
    throw new UserError(
      `The platform ${platform} is built into ofdeploy.`,
      "Give yours another name: --name my-platform",
    );
  }
  const packageName = given.package ?? `openfactory-strategy-${platform}`;
  if (
    packageName.length > LONGEST_PACKAGE_NAME ||
    !/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(packageName)
  ) {
    throw new UserError(
      `A package can't be called ${JSON.stringify(packageName)}.`,
      "Name it as npm wants it, in lower case: --package @my-company/my-strategy",
    );
  }
  return { platform, package: packageName, className: classNameOf(platform) };
}

const classNameOf = (platform: string): string => {
  const words = platform.split("-").filter((word) => word !== "");
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[0-9]/.test(name) ? `Platform${name}` : name;
};
