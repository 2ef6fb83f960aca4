// Writes the bodies of cases with a library of Node.js: `encode.mjs ENCODER`, cases and bodies in JSON.

import { readFileSync } from "node:fs";
import FormDataOfNpm from "form-data";
import { Generator } from "json-text-sequence";
import qs from "qs";

const cases = JSON.parse(readFileSync(0, "utf-8"));
const FORM = "application/x-www-form-urlencoded";

async function fromResponse(form) {
  const response = new Response(form);
  const body = Buffer.from(await response.arrayBuffer());
  return [response.headers.get("content-type"), body];
}

function content(part) {
  if (part.value === null) return Buffer.from(part.content, "hex");
  const isText = typeof part.value === "string";
  return Buffer.from(isText ? part.value : JSON.stringify(part.value));
}

function withQs(options) {
  return ({ value }) => [FORM, Buffer.from(qs.stringify(value, options))];
}

const encoders = {
  URLSearchParams({ value }) {
    const form = new URLSearchParams();
    for (const [name, member] of Object.entries(value)) {
      for (const element of [member].flat()) form.append(name, element);
    }
    return fromResponse(form);
  },
  qs_indices: withQs({ arrayFormat: "indices" }),
  qs_brackets: withQs({ arrayFormat: "brackets" }),
  qs_repeat: withQs({ arrayFormat: "repeat" }),
  qs_comma: withQs({ arrayFormat: "comma" }),
  qs_values_only: withQs({ arrayFormat: "indices", encodeValuesOnly: true, format: "RFC1738" }),
  qs_comma_values_only: withQs({ arrayFormat: "comma", encodeValuesOnly: true }),
  undici({ encoded }) {
    const form = new FormData();
    for (const part of encoded.parts) {
      const bytes = content(part);
      if (part.file || part.type) form.append(part.name, new Blob([bytes], { type: part.type ?? "" }), part.file ?? "blob");
      else form.append(part.name, bytes.toString());
    }
    return fromResponse(form);
  },
  form_data({ encoded }) {
    const form = new FormDataOfNpm();
    for (const part of encoded.parts) {
      const options = {};
      if (part.file) options.filename = part.file;
      if (part.type) options.contentType = part.type;
      const bytes = content(part);
      form.append(part.name, part.file || part.type ? bytes : bytes.toString(), options);
    }
    return [form.getHeaders()["content-type"], form.getBuffer()];
  },
  async json_text_sequence({ encoded }) {
    const generator = new Generator();
    const chunks = [];
    generator.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
    for (const item of encoded.items) generator.write(item);
    generator.end();
    await new Promise((resolve) => generator.on("end", resolve));
    return ["application/json-seq", Buffer.concat(chunks)];
  },
};

const bodies = [];
for (const one of cases) {
  try {
    const [type, body] = await encoders[process.argv[2]](one);
    bodies.push({ type, body: body.toString("base64"), encoding: "utf-8" });
  } catch (error) {
    bodies.push({ error: String(error) });
  }
}
console.log(JSON.stringify(bodies));
