// One session of the official TypeScript SDK's second line, which speaks revision 2026-07-28: no handshake, every request
// on its own, one stream for subscriptions. Arguments as for session.mjs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [where, binary, library, document] = process.argv.slice(2);
const client = new Client({ name: "stateless", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
await client.connect(where === "stdio"
  ? new StdioClientTransport({ command: binary, args: ["mcp", "--library", library] })
  : new StreamableHTTPClientTransport(new URL(where)));
assert.equal(client.getNegotiatedProtocolVersion(), "2026-07-28");

const { tools } = await client.listTools();
assert.ok(tools.length >= 3);
const found = await client.callTool({ name: "search", arguments: { query: "jetson-exporter ordering cycle" } });
assert.ok(found.structuredContent.passages.length > 0);
const wrong = await client.callTool({ name: "read", arguments: { ref: "elroy-user-guide@9.9" } });
assert.equal(wrong.isError, true);
await assert.rejects(client.readResource({ uri: "substrate://documents/elroy-guide" }), /did you mean/);
const { completion } = await client.complete({ ref: { type: "ref/resource", uri: "substrate://documents/{slug}" }, argument: { name: "slug", value: "elr" } });
assert.ok(completion.values.includes("elroy-user-guide"));

const abort = new AbortController();
const cancelled = client.callTool({ name: "search", arguments: { query: "disk" } }, { signal: abort.signal });
abort.abort();
await assert.rejects(cancelled);

const heard = (method) => new Promise((ok) => client.setNotificationHandler(method, (n) => ok(n.params)));
const updated = heard("notifications/resources/updated");
const changed = heard("notifications/resources/list_changed");
const subscription = await client.listen({ resourcesListChanged: true, resourceSubscriptions: ["substrate://library"] });
execFileSync(binary, ["--library", library, "ingest", "-q", document]);
assert.equal((await updated).uri, "substrate://library");
assert.ok(await changed);
await subscription.close();
const after = await client.callTool({ name: "search", arguments: { query: "zeppelin mooring mast" } });
assert.equal(after.structuredContent.passages[0]?.ref, "zeppelin-handbook@1.0#1");

await client.close();
console.log(`${where === "stdio" ? "stdio" : "http"}: ${tools.length} tools, stateless`);
