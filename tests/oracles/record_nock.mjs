// Records with nock: `record_nock.mjs PLAN FOLDER PACKAGE http|fetch plain|headers`.

import { writeFileSync } from "node:fs";
import { folder, options, send } from "./client.mjs";

const [name, how, headers] = options;
const { default: nock } = await import(name);
nock.recorder.rec({ dont_print: true, output_objects: true, enable_reqheaders_recording: headers === "headers" });
await send(how);
nock.restore();
writeFileSync(`${folder}/library.json`, JSON.stringify(nock.recorder.play(), null, 2));
