// Records with Polly.js: `record_polly.mjs PLAN FOLDER http|fetch`.

import FetchAdapter from "@pollyjs/adapter-fetch";
import HttpAdapter from "@pollyjs/adapter-node-http";
import { Polly } from "@pollyjs/core";
import FSPersister from "@pollyjs/persister-fs";
import { folder, options, send } from "./client.mjs";

const [how] = options;
const polly = new Polly("library", {
  adapters: [how === "fetch" ? FetchAdapter : HttpAdapter],
  persister: FSPersister,
  persisterOptions: { fs: { recordingsDir: folder } },
  mode: "record",
  recordFailedRequests: true,
  flushRequestsOnStop: true,
  logLevel: "silent",
});
await send(how);
await polly.stop();
