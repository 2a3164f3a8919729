import type { App } from "../model.js";
import type { AppEntry } from "../schema/app.js";

/** An app and its entry in the file. */
export interface ReadApp {
  app: App;
  entry: AppEntry;
}
