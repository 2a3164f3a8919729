import { z } from "zod";

/** The file's `devices:`: entries are validated one by one, as those of `apps:` are. */
export const devices = z.record(z.string(), z.unknown()).optional().describe("The devices, by name.");
