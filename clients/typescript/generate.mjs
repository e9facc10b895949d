// Writes src/schema.ts, the types and the table of operations, from the OpenAPI document of a server:
//
//     node generate.mjs [URL or file]
//
// The initial source is http://127.0.0.1:8080/openapi.json. The file is made anew for each build and is in no repository.
import { readFile, writeFile } from "node:fs/promises";

const source = process.argv[2] ?? "http://127.0.0.1:8080/openapi.json";
const document = JSON.parse(await read(source));

async function read(from) {
  if (!/^https?:/.test(from)) return readFile(from, "utf8");
  const response = await fetch(from);
  if (!response.ok) throw new Error(`${from} answers ${response.status}`);
  return response.text();
}

const nameOf = (ref) => ref.slice(ref.lastIndexOf("/") + 1).replace(/[^A-Za-z0-9_]/g, "_");
const member = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const comment = (text, indent) => (text ? `${indent}/** ${text.replace(/\*\//g, "*\\/").replace(/\s+/g, " ").trim()} */\n` : "");

// typeOf writes the type of a schema.
function typeOf(schema, indent = "") {
  if (schema === undefined || schema === true) return "unknown";
  if (schema === false) return "never";
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const union = schema.oneOf ?? schema.anyOf;
  if (union) return union.map((s) => bracketed(typeOf(s, indent))).join(" | ");
  if (schema.allOf) return schema.allOf.map((s) => bracketed(typeOf(s, indent))).join(" & ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => bracketed(typeOf({ ...schema, type }, indent))).join(" | ");
  switch (schema.type) {
    case "string": return "string";
    case "integer": case "number": return "number";
    case "boolean": return "boolean";
    case "null": return "null";
    case "array": return `Array<${typeOf(schema.items, indent)}>`;
    case "object": return objectOf(schema, indent);
  }
  return schema.properties ? objectOf(schema, indent) : "unknown";
}

const bracketed = (type) => (/[|&]/.test(type) ? `(${type})` : type);

function objectOf(schema, indent) {
  const within = indent + "  ";
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    comment(property.description, within) + `${within}${member(name)}${required.has(name) ? "" : "?"}: ${typeOf(property, within)};\n`);
  if (lines.length > 0) return `{\n${lines.join("")}${indent}}`;
  const rest = schema.additionalProperties;
  return `Record<string, ${rest && rest !== true ? typeOf(rest, indent) : "unknown"}>`;
}

// parametersOf writes the parameters of one kind of an operation; undefined when there are none.
function parametersOf(operation, kind, indent) {
  const found = (operation.parameters ?? []).filter((p) => p.in === kind);
  if (found.length === 0) return undefined;
  return objectOf({
    properties: Object.fromEntries(found.map((p) => [p.name, { ...p.schema, description: p.description }])),
    required: found.filter((p) => p.required).map((p) => p.name),
  }, indent);
}

const content = (holder) => holder?.content?.["application/json"]?.schema;
// Some answer text instead where the query asks for it, such as a file for spreadsheets.
const isText = ([, answer]) => Object.keys(answer.content ?? {}).some((media) => media.startsWith("text/"));

const out = ["// Written by generate.mjs from the OpenAPI document of a server. Not to be edited.\n"];
for (const [name, schema] of Object.entries(document.components.schemas)) {
  out.push(`\n${comment(schema.description, "")}export type ${nameOf(name)} = ${typeOf(schema)};\n`);
}

const operations = [];
for (const [path, methods] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    if (!operation.operationId) continue;
    const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith("2"));
    // What answers no JSON, such as a file or a stream, is not called by its id.
    if (answers.length === 0 || answers.some(([, answer]) => answer.content && !content(answer))) continue;
    operations.push({ id: operation.operationId, method: method.toUpperCase(), path, operation, answers });
  }
}
out.push("\n/** What each operation takes and answers. */\nexport interface Operations {\n");
for (const { id, operation, answers } of operations) {
  const members = [];
  const path = parametersOf(operation, "path", "    ");
  const query = parametersOf(operation, "query", "    ");
  const body = content(operation.requestBody);
  if (path) members.push(`    path: ${path};\n`);
  if (query) members.push(`    query?: ${query};\n`);
  if (body) members.push(`    body${operation.requestBody.required ? "" : "?"}: ${typeOf(body, "    ")};\n`);
  const answer = [...new Set([...answers.map(([, a]) => typeOf(content(a), "    ")), ...(answers.some(isText) ? ["string"] : [])])].join(" | ");
  members.push(`    answer: ${answer};\n`);
  out.push(comment(operation.summary, "  "), `  ${member(id)}: {\n${members.join("")}  };\n`);
}
out.push("}\n\n/** Where each operation is, whether it takes an idempotency key, and whether it may answer text. */\n",
  "export const operations: { readonly [id in keyof Operations]: { readonly method: string; readonly path: string; readonly keyed: boolean; readonly text: boolean } } = {\n");
for (const { id, method, path, operation, answers } of operations) {
  const keyed = (operation.parameters ?? []).some((p) => p.in === "header" && p.name === "Idempotency-Key");
  out.push(`  ${member(id)}: { method: ${JSON.stringify(method)}, path: ${JSON.stringify(path)}, keyed: ${keyed}, text: ${answers.some(isText)} },\n`);
}
out.push("};\n");
await writeFile(new URL("src/schema.ts", import.meta.url), out.join(""));
