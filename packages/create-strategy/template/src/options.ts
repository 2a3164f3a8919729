import { z } from "zod";

/** The options of the platform, for `ofdeploy --option key=value`. Replace them by yours, such as an address. */
export const optionsSchema = z.strictObject({
  /** The folder that stores the services. Default: `.my-platform` in the working directory. */
  folder: z.string().min(1).default(".my-platform"),
});

export type MyPlatformOptions = z.input<typeof optionsSchema>;
