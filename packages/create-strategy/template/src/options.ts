import { z } from "zod";

/** What `ofdeploy --option key=value` takes for my-platform. Yours may be an address, or a namespace. */
export const optionsSchema = z.strictObject({
  /** Where the services are noted down. Default `.my-platform`, where the command is run. */
  folder: z.string().min(1).default(".my-platform"),
});

export type MyPlatformOptions = z.input<typeof optionsSchema>;
