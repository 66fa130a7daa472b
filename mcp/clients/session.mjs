// One session of the official TypeScript SDK's client with a server: every tool, resource, template, completion,
// subscription, cancellation and progress. Run by the Go tests:
//   node session.mjs stdio|URL BINARY LIBRARY DOCUMENT
// DOCUMENT is a file that the script ingests, in another process, while it is subscribed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ResourceListChangedNotificationSchema, ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";

const [where, binary, library, document] = process.argv.slice(2);
const client = new Client({ name: "session", version: "1" });
const transport = where === "stdio"
  ? new StdioClientTransport({ command: binary, args: ["mcp", "--library", library] })
  : new StreamableHTTPClientTransport(new URL(where));
await client.connect(transport);

const text = (r) => r.content.filter((c) => c.type === "text").map((c) => c.text).join("\n");
const size = (r) => Math.ceil(Buffer.byteLength(JSON.stringify(r)) / 4);

// Tools: few, small, with truthful hints; the client checks every structured answer against its schema by itself.
const { tools } = await client.listTools();
assert.ok(tools.length === 8);
assert.ok(Buffer.byteLength(JSON.stringify({ tools })) <= 8192, "tools/list is too large");
for (const t of tools) {
  for (const h of ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]) assert.equal(typeof t.annotations[h], "boolean", `${t.name} ${h}`);
  assert.ok(t.outputSchema && t.description && t.title);
}

const shelf = await client.callTool({ name: "documents", arguments: { budget: 20000 } });
assert.ok(shelf.structuredContent.items.length === shelf.structuredContent.total);
for (const e of shelf.structuredContent.items) assert.ok(e.ref && e.standing && e.because);

// Progress is accepted; short work has none to report.
const found = await client.callTool({ name: "search", arguments: { query: "jetson-exporter ordering cycle" } }, undefined, { onprogress() {} });
assert.ok(found.structuredContent.passages.length > 0);
assert.ok(found.content.some((c) => c.type === "resource_link"));
assert.ok(size(found) <= 2000, `a result of ${size(found)} tokens`);
const more = await client.callTool({ name: "search", arguments: { query: "jetson-exporter ordering cycle", cursor: found.structuredContent.cursor } });
assert.notDeepEqual(more.structuredContent.passages[0], found.structuredContent.passages[0]);

// A whole document, part by part, is the document: nothing twice, nothing lost.
const whole = await client.callTool({ name: "read", arguments: { ref: "elroy-user-guide", full: true, budget: 50000 } });
const join = (r) => r.structuredContent.sections.map((s) => s.text ?? "").join("\n").replace(/```|\|(---\|)+/g, "").split(/\s+/).filter(Boolean);
let words = [], cursor, parts = 0;
do {
  const r = await client.callTool({ name: "read", arguments: { ref: "elroy-user-guide", full: true, budget: 3000, ...(cursor && { cursor }) } });
  assert.ok(size(r) <= 3000, `a result of ${size(r)} tokens`);
  words.push(...join(r));
  cursor = r.structuredContent.cursor;
  parts++;
} while (cursor);
assert.ok(parts > 2);
assert.ok(words.length >= join(whole).length, `${words.length} words in parts, ${join(whole).length} whole`);

// A session: what it begins with, what is true now, what changed and why, and what was learned.
const call = async (name, args) => {
  const r = await client.callTool({ name, arguments: args });
  assert.ok(!r.isError, `${name}: ${text(r)}`);
  return r.structuredContent;
};
assert.match((await call("brief", {})).brief, /The newest epoch is authoritative/);
const drift = await call("drift", {});
assert.ok(drift.entries.some((e) => e.id === "D-11" && e.status === "open"));
const judged = await call("check", { statement: "Prometheus keeps data for 45 days" });
assert.equal(judged.verdict, "drifted");
assert.equal(judged.drift[0].id, "D-11");
const passage = (await call("search", { query: "how long does Prometheus keep data" })).passages.find((p) => p.ref.endsWith("#8.2"));
assert.equal(passage.drift[0].id, "D-11");
const changed1 = await call("changes", { from: "monitoring-runbook@3.9", to: "monitoring-runbook@3.10", budget: 20000 });
assert.ok(changed1.changes.some((c) => c.kind === "value" && c.old === "45 days" && c.new === "90 days"));
assert.ok((await call("changes", { term: "retention" })).changes.every((c) => c.reason));
const finding = { text: "The ticker shows yesterday's date after midnight until the next poll", evidence: "$ date; curl -s localhost/ticker", kind: "b" };
const kept = await call("capture", finding);
assert.ok(kept.id > 0 && kept.places.length > 0);
const again = await call("capture", finding);
assert.equal(again.id, kept.id);
assert.equal(again.again, true);

const wrong = await client.callTool({ name: "read", arguments: { ref: "elroy-guide" } });
assert.equal(wrong.isError, true);
assert.match(text(wrong), /did you mean elroy-user-guide/);

// Every resource can be read, so can what its template names.
const resources = [];
let next;
do {
  const page = await client.listResources(next ? { cursor: next } : {});
  resources.push(...page.resources);
  next = page.nextCursor;
} while (next);
for (const u of ["library", "drift-log", "system-prompt"]) assert.ok(resources.some((r) => r.uri === "substrate://" + u), u);
for (const r of resources) {
  const { contents } = await client.readResource({ uri: r.uri });
  assert.ok(contents[0].text.length > 0, r.uri);
}
const { resourceTemplates } = await client.listResourceTemplates();
assert.equal(resourceTemplates.length, 2);
const section = "substrate://documents/elroy-user-guide/versions/2.1/sections/10.3";
assert.match((await client.readResource({ uri: section })).contents[0].text, /elroy-user-guide@2\.1#10\.3/);
await assert.rejects(client.readResource({ uri: "substrate://documents/elroy-guide" }), /did you mean/);

// Completion, one argument given the others.
const uri = resourceTemplates.find((t) => t.uriTemplate.includes("{n}")).uriTemplate;
const complete = async (name, value, args) => (await client.complete({ ref: { type: "ref/resource", uri }, argument: { name, value }, context: { arguments: args } })).completion.values;
assert.ok((await complete("slug", "elr")).includes("elroy-user-guide"));
assert.ok((await complete("v", "2", { slug: "elroy-user-guide" })).includes("2.1"));
assert.ok((await complete("n", "10.", { slug: "elroy-user-guide", v: "2.1" })).includes("10.3"));

const { prompts } = await client.listPrompts();
assert.deepEqual(prompts.map((p) => p.name).sort(), ["ask-with-citations", "end-session", "review-drift", "revise-document", "start-session"]);
const guess = (await client.complete({ ref: { type: "ref/prompt", name: "revise-document" }, argument: { name: "document", value: "elr" } })).completion.values;
assert.ok(guess.includes("elroy-user-guide"));
for (const p of prompts) {
  const given = Object.fromEntries((p.arguments ?? []).map((a) => [a.name, a.name === "document" ? "elroy-user-guide" : "disk"]));
  const { messages } = await client.getPrompt({ name: p.name, arguments: given });
  assert.ok(messages.length > 0, p.name);
}

// What is cancelled leaves the connection whole.
const abort = new AbortController();
const cancelled = client.callTool({ name: "search", arguments: { query: "disk" } }, undefined, { signal: abort.signal });
abort.abort();
await assert.rejects(cancelled);
await client.ping();

// Another process ingests: who subscribed hears of it, and the next call knows it.
const updated = new Promise((ok) => client.setNotificationHandler(ResourceUpdatedNotificationSchema, (n) => ok(n.params.uri)));
const changed = new Promise((ok) => client.setNotificationHandler(ResourceListChangedNotificationSchema, () => ok(true)));
await client.subscribeResource({ uri: "substrate://library" });
await client.subscribeResource({ uri: section });
await client.unsubscribeResource({ uri: section });
execFileSync(binary, ["--library", library, "ingest", "-q", document]);
const after = await client.callTool({ name: "search", arguments: { query: "zeppelin mooring mast" } });
assert.equal(after.structuredContent.passages[0]?.ref, "zeppelin-handbook@1.0#1");
assert.equal(await updated, "substrate://library");
assert.equal(await changed, true);
assert.ok((await client.listResources()).resources.some((r) => r.name === "zeppelin-handbook"));

await client.close();
console.log(`${where === "stdio" ? "stdio" : "http"}: ${tools.length} tools, ${resources.length} resources, ${prompts.length} prompts, ${parts} parts`);
