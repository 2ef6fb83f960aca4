// Sends the requests of a plan with `node:http` or `fetch`.

import { readFileSync } from "node:fs";
import http from "node:http";

export const [, , planPath, folder, ...options] = process.argv;
const plan = JSON.parse(readFileSync(planPath, "utf-8"));

export async function send(how) {
  for (const request of plan.requests) {
    const headers = { ...request.headers };
    if (request.type) headers["Content-Type"] = request.type;
    headers["Accept-Encoding"] = "gzip, deflate, br";
    const body = Buffer.from(request.body, "base64");
    await (how === "fetch" ? byFetch : byHttp)(request, headers, body);
  }
}

async function byFetch(request, headers, body) {
  // Most callers have the body as text. Node.js cannot repeat a body of bytes after a redirect.
  const text = body.toString("utf-8");
  const sent = Buffer.from(text).equals(body) ? text : body;
  const options = { method: request.method, headers, body: body.length ? sent : undefined };
  const response = await fetch(plan.url + request.target, options);
  await response.arrayBuffer();
}

function byHttp(request, headers, body) {
  if (body.length && request.sent_as !== "parts") headers["Content-Length"] = String(body.length);
  return new Promise((resolve, reject) => {
    const sent = http.request(plan.url + request.target, { method: request.method, headers }, (response) => {
      response.on("data", () => {});
      response.on("end", resolve);
      response.on("error", reject);
    });
    sent.on("error", reject);
    if (request.sent_as === "parts") {
      for (let start = 0; start < body.length; start += 50) sent.write(body.subarray(start, start + 50));
    } else if (body.length) {
      sent.write(body);
    }
    sent.end();
  });
}
