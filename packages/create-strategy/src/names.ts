/** An error that the user can fix. */
export class UserError extends Error {
  /** What to do, in one sentence. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The names of a new strategy. */
export interface Names {
  /** As in `ofdeploy --platform`. */
  platform: string;
  /** As in npm. */
  package: string;
  /** The prefix of its classes. */
  className: string;
}

/** The platforms of `ofdeploy` itself. A plugin can't provide a platform with one of these names. */
const BUILT_IN_PLATFORMS = ["docker", "swarm"];
const MAX_PACKAGE_NAME = 214;

/**
 * Checks the given names, and derives the others from the folder.
 * @param folder the last part of the directory's path.
 * @throws UserError
 */
export function chooseNames(folder: string, given: { platform?: string; package?: string }): Names {
  const platform = given.platform ?? folder.toLowerCase().replace(/^(?:openfactory-)?strategy-/, "");
  if (!/^[a-z0-9][a-z0-9-]*$/.test(platform)) {
    throw new UserError(
      `Invalid platform name ${JSON.stringify(platform)}: it must consist of lowercase letters, digits and -.`,
      "Choose another name with --name, such as --name my-platform.",
    );
  }
  if (BUILT_IN_PLATFORMS.includes(platform)) {
    throw new UserError(
      `The platform name ${platform} is reserved for a built-in platform of ofdeploy.`,
      "Choose another name with --name, such as --name my-platform.",
    );
  }
  const packageName = given.package ?? `openfactory-strategy-${platform}`;
  if (
    packageName.length > MAX_PACKAGE_NAME ||
    !/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(packageName)
  ) {
    throw new UserError(
      `Invalid npm package name ${JSON.stringify(packageName)}.`,
      "Use lowercase letters, digits and -, such as --package @my-company/my-strategy.",
    );
  }
  return { platform, package: packageName, className: toClassName(platform) };
}

function toClassName(platform: string): string {
  const words = platform.split("-").filter((word) => word !== "");
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[0-9]/.test(name) ? `Platform${name}` : name;
}
