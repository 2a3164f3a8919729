"use strict";
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire, getCompileCacheDir } = require("node:module");
const { basename, dirname, join } = require("node:path");
const { Script } = require("node:vm");
const { crc32 } = require("node:zlib");

const OURS = /^(?:\.\/ofdeploy[\w-]*\.cjs|\.\/rolldown-runtime\.cjs|@openfactory\/strategy-[\w-]+\/hosted)$/;
/** A run that took as long has done more than look, and does not feel the 20 ms that keeping costs. */
const LONG_RUN_S = 1;
const CHECKSUM_BYTES = 4;

/**
 * Loads a bundle, and the bundles it asks for, with all that V8 has compiled of them in earlier runs of the command. Node's
 * compile cache holds what is compiled as a file is loaded: functions are, when they are first called, and that is most of
 * a start. Kept beside it, so that one setting is for both, and each command by itself, since each calls others.
 */
exports.loadBundle = (file, command) => {
  const folder = crc32 && getCompileCacheDir && getCompileCacheDir();
  const loaded = new Map();
  const compiled = [];

  const load = (path) => {
    if (loaded.has(path)) return loaded.get(path).exports;
    const module = { exports: {} };
    loaded.set(path, module);
    const source = readFileSync(path, "utf8");
    const [, id] = /\/\/# id=(\w+)\s*$/.exec(source.slice(-64)) || [];
    const kept = folder && id && join(folder, `${basename(path, ".cjs")}-${id}-${command}`);
    const cachedData = kept && read(kept);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${source}\n})`, { filename: path, cachedData });
    if (kept) compiled.push({ kept, script, isKept: cachedData !== undefined && !script.cachedDataRejected });
    const requireFrom = createRequire(path);
    const ask = (id) => (OURS.test(id) ? load(requireFrom.resolve(id)) : requireFrom(id));
    ask.importModule = (id) => import(id);
    script.runInThisContext().call(module.exports, module.exports, ask, module, path, dirname(path));
    return module.exports;
  };

  process.on("exit", (code) => {
    const isLong = process.uptime() > LONG_RUN_S;
    if (code === 0) for (const { kept, script, isKept } of compiled) if (!isKept || isLong) keep(kept, script.createCachedData());
  });
  return load(file);
};

/** What was kept, if it is whole: V8 does not look whether it is, and what is not ends the process. */
const read = (file) => {
  try {
    const bytes = readFileSync(file);
    const data = bytes.subarray(CHECKSUM_BYTES);
    return crc32(data) === bytes.readUInt32LE() ? data : undefined;
  } catch {
    // Not kept yet, or not to be had: it costs time only.
    return undefined;
  }
};

const keep = (file, data) => {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(data));
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, Buffer.concat([checksum, data]), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // It runs without.
  }
};
