import type { Suite } from "../suite.js";
import type { FieldSample } from "./sample.js";

/** A folder that every host has. */
const HOST_FOLDER = "/etc";

const volume = async (suite: Suite): Promise<string> => {
  if (!suite.honoursField("mounts")) return "volume";
  if (suite.target.volume === undefined) throw new Error("the strategy honours mounts: its target must have `volume`");
  return suite.target.volume();
};

const reference = (field: "secrets" | "configs") => async (suite: Suite) => {
  if (!suite.honoursField(field)) return "reference";
  const make = field === "secrets" ? suite.target.secret : suite.target.config;
  if (make === undefined)
    throw new Error(`the strategy honours ${field}: its target must have a function that makes one`);
  return make.call(suite.target, "content");
};

/** Mounts, secrets, configs. */
export const fileSamples: FieldSample[] = [
  { title: "mounts: bind", part: { mounts: [{ Type: "bind", Source: HOST_FOLDER, Target: "/host" }] } },
  {
    title: "mounts: read-only bind",
    part: { mounts: [{ Type: "bind", Source: HOST_FOLDER, Target: "/host", ReadOnly: true }] },
  },
  {
    title: "mounts: volume",
    part: async (suite) => ({ mounts: [{ Type: "volume", Source: await volume(suite), Target: "/data" }] }),
  },
  {
    title: "mounts: read-only volume, its Type in capitals",
    part: async (suite) => ({
      mounts: [{ Type: "VOLUME", Source: await volume(suite), Target: "/data", ReadOnly: true }],
    }),
  },
  {
    title: "mounts: volume with driver and labels",
    part: async (suite) => ({
      mounts: [
        {
          Type: "volume",
          Source: await volume(suite),
          Target: "/data",
          VolumeOptions: {
            Labels: { "org.example.a": "1" },
            DriverConfig: { Name: "local", Options: { type: "tmpfs", device: "tmpfs", o: "nr_inodes=64" } },
          },
        },
      ],
    }),
  },
  { title: "mounts: tmpfs", part: { mounts: [{ Type: "tmpfs", Target: "/scratch" }] } },
  {
    title: "mounts: tmpfs with size and mode",
    part: { mounts: [{ Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: 1024 ** 2, Mode: 0o1770 } }] },
  },
  {
    title: "mounts: one of each",
    part: async (suite) => ({
      mounts: [
        { Type: "bind", Source: HOST_FOLDER, Target: "/host", ReadOnly: true },
        { Type: "volume", Source: await volume(suite), Target: "/data" },
        { Type: "tmpfs", Target: "/scratch" },
      ],
    }),
  },
  { title: "secrets, by name", part: async (suite) => ({ secrets: [await reference("secrets")(suite)] }) },
  {
    title: "secrets, with target, owner and mode",
    part: async (suite) => ({
      secrets: [{ name: await reference("secrets")(suite), target: "key", uid: "1000", gid: "1001", mode: 0o440 }],
    }),
  },
  { title: "configs, by name", part: async (suite) => ({ configs: [await reference("configs")(suite)] }) },
  {
    title: "configs, with target, owner and mode",
    part: async (suite) => ({
      configs: [
        { name: await reference("configs")(suite), target: "/config.txt", uid: "1000", gid: "1001", mode: 0o444 },
      ],
    }),
  },
];
