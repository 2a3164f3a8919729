import { addedKeys, appKeys, fileKeys } from "./app-keys.js";
import type { ParityTable } from "./case.js";
import { commands } from "./commands.js";
import { deviceKeys, mtconnectKeys, opcuaKeys, shdrKeys } from "./device-keys.js";
import { labels } from "./labels.js";
import { ownLabels } from "./own-labels.js";
import { rules } from "./rules.js";
import { readVariables, setVariables } from "./variables.js";

/** The tables of docs/reference/openfactory.md. */
export const tables: readonly ParityTable[] = [
  fileKeys,
  appKeys,
  deviceKeys,
  mtconnectKeys,
  opcuaKeys,
  shdrKeys,
  setVariables,
  readVariables,
  labels,
  rules,
  commands,
  addedKeys,
  ownLabels,
];
