// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// What a program that uses the npm client `openai`, unmodified, expects of a server. Each check prints one line, `ok NAME` or
// `not ok NAME: WHY`. Environment: BASE_URL, MODEL; GUARDED_URL and GUARDED_KEY of a node that asks for a key; NARROW_URL of a node
// that answers one request at a time and queues none.
import assert from "node:assert/strict";
import OpenAI from "openai";

const model = process.env.MODEL;
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: "none is asked for", maxRetries: 0 });
const messages = [{ role: "user", content: "What is the capital of France? Answer in one short sentence." }];
const short = { model, messages, temperature: 0, max_tokens: 24 };
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Tells the weather at a place",
    parameters: {
      type: "object",
      properties: { city: { type: "string", enum: ["Paris", "Rome"] }, celsius: { type: "boolean" } },
      required: ["city", "celsius"],
      additionalProperties: false,
    },
  },
};
const checks = [];
const check = (name, run) => checks.push([name, run]);

async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

async function metric(name) {
  const text = await (await fetch(process.env.BASE_URL.replace("/v1", "/metrics"))).text();
  const line = text.split("\n").find((l) => l.startsWith(name + " "));
  return Number(line.split(" ")[1]);
}

async function until(condition, what) {
  for (let i = 0; i < 100; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(what);
}

check("lists models and retrieves one", async () => {
  const ids = (await all(await client.models.list())).map((m) => m.id);
  assert.ok(ids.includes(model));
  const one = await client.models.retrieve(model);
  assert.equal(one.object, "model");
  assert.equal(typeof one.created, "number");
});

check("answers a chat", async () => {
  const answer = await client.chat.completions.create(short);
  assert.equal(answer.object, "chat.completion");
  assert.match(answer.id, /^chatcmpl-/);
  assert.equal(answer.model, model);
  const [choice] = answer.choices;
  assert.equal(choice.index, 0);
  assert.equal(choice.message.role, "assistant");
  assert.equal(choice.message.refusal, null);
  assert.match(choice.message.content, /Paris/);
  assert.ok(["stop", "length"].includes(choice.finish_reason));
  const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
  assert.ok(prompt_tokens > 0 && completion_tokens > 0 && prompt_tokens + completion_tokens === total_tokens);
});

check("names the receipt in a header and shows it", async () => {
  const nonce = "00112233445566778899aabbccddeeff";
  const { data, response } = await client.chat.completions
    .create(short, { headers: { "Freehold-Nonce": nonce } })
    .withResponse();
  const id = response.headers.get("freehold-receipt");
  assert.match(id, /^r-[0-9a-f]{20}$/);
  const receipt = await client.get("/receipts/" + id);
  assert.equal(receipt.format, "freehold-receipt/1");
  assert.equal(receipt.nonce, nonce);
  assert.equal(receipt.choices[0].output, data.usage.completion_tokens);
});

check("streams what it would answer at once", async () => {
  const whole = await client.chat.completions.create(short);
  const chunks = await all(await client.chat.completions.create({ ...short, stream: true }));
  assert.equal(chunks[0].choices[0].delta.role, "assistant");
  const text = chunks.map((c) => c.choices[0]?.delta.content ?? "").join("");
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(chunks.at(-1).choices[0].finish_reason, whole.choices[0].finish_reason);
  assert.ok(chunks.every((c) => c.object === "chat.completion.chunk" && c.id === chunks[0].id));
  assert.ok(chunks.filter((c) => c.choices[0].finish_reason).length === 1);
  assert.match(chunks.at(-1).freehold.receipt, /^r-[0-9a-f]{20}$/);
});

check("streams usage where asked", async () => {
  const chunks = await all(
    await client.chat.completions.create({ ...short, stream: true, stream_options: { include_usage: true } }),
  );
  const last = chunks.at(-1);
  assert.deepEqual(last.choices, []);
  assert.ok(last.usage.completion_tokens > 0);
  assert.match(last.freehold.receipt, /^r-/);
  assert.ok(chunks.slice(0, -1).every((c) => c.usage === null));
});

check("the client's stream helper puts the answer together", async () => {
  const events = [];
  const stream = client.chat.completions.stream(short).on("content", (delta) => events.push(delta));
  const final = await stream.finalChatCompletion();
  assert.match(final.choices[0].message.content, /Paris/);
  assert.equal(events.join(""), final.choices[0].message.content);
});

check("calls a tool it has to call", async () => {
  const answer = await client.chat.completions.create({
    ...short,
    max_tokens: 200,
    messages: [{ role: "user", content: "What is the weather in Paris in celsius?" }],
    tools: [weather],
    tool_choice: "required",
  });
  const [choice] = answer.choices;
  assert.equal(choice.finish_reason, "tool_calls");
  const [call] = choice.message.tool_calls;
  assert.equal(call.type, "function");
  assert.equal(call.function.name, "get_weather");
  const parsed = JSON.parse(call.function.arguments);
  assert.ok(["Paris", "Rome"].includes(parsed.city));
  assert.equal(typeof parsed.celsius, "boolean");
  const next = await client.chat.completions.create({
    ...short,
    tools: [weather],
    messages: [
      { role: "user", content: "What is the weather in Paris?" },
      choice.message,
      { role: "tool", tool_call_id: call.id, content: "21 degrees, sunny" },
    ],
  });
  assert.ok(next.usage.prompt_tokens > 0);
});

check("streams a tool call, its name first and then its arguments piece by piece", async () => {
  const request = {
    ...short,
    max_tokens: 200,
    messages: [{ role: "user", content: "What is the weather in Paris in celsius?" }],
    tools: [weather],
    tool_choice: { type: "function", function: { name: "get_weather" } },
    parallel_tool_calls: false,
  };
  const pieces = [];
  const stream = client.chat.completions.stream(request);
  stream.on("tool_calls.function.arguments.delta", (event) => pieces.push(event.arguments_delta));
  const final = await stream.finalChatCompletion();
  const [call] = final.choices[0].message.tool_calls;
  assert.equal(call.function.name, "get_weather");
  assert.ok(["Paris", "Rome"].includes(JSON.parse(call.function.arguments).city));
  assert.equal(pieces.join(""), call.function.arguments);
  assert.ok(pieces.length > 3, `${pieces.length} pieces`);
  const chunks = await all(await client.chat.completions.create({ ...request, stream: true }));
  const deltas = chunks.flatMap((c) => c.choices[0].delta.tool_calls ?? []);
  assert.match(deltas[0].id, /^call_/);
  assert.deepEqual(deltas[0].function, { name: "get_weather", arguments: "" });
  assert.ok(deltas.slice(1).every((d) => d.index === 0 && !("id" in d) && !("name" in d.function)));
  const whole = await client.chat.completions.create(request);
  assert.equal(deltas.map((d) => d.function.arguments).join(""), whole.choices[0].message.tool_calls[0].function.arguments);
  const cut = await client.chat.completions.create({ ...request, max_tokens: 16 });
  assert.equal(cut.choices[0].finish_reason, "length");
});

check("holds an answer to a JSON schema", async () => {
  const schema = {
    type: "object",
    properties: {
      capital: { type: "string", maxLength: 20 },
      population: { type: "integer" },
      kind: { enum: ["city", "town"] },
    },
    required: ["capital", "population", "kind"],
    additionalProperties: false,
  };
  const answer = await client.chat.completions.create({
    ...short,
    max_tokens: 200,
    response_format: { type: "json_schema", json_schema: { name: "capital", schema, strict: true } },
  });
  assert.equal(answer.choices[0].finish_reason, "stop");
  const value = JSON.parse(answer.choices[0].message.content);
  assert.deepEqual(Object.keys(value).sort(), ["capital", "kind", "population"]);
  assert.ok(Number.isInteger(value.population) && ["city", "town"].includes(value.kind));
});

check("holds an answer to a nested schema with references, alternatives, patterns and formats", async () => {
  const schema = {
    $defs: {
      place: {
        type: "object",
        properties: { name: { type: "string", pattern: "^[A-Z][a-z]{1,11}$" }, code: { type: "string", pattern: "^[0-9]{5}$" } },
        required: ["name", "code"],
        additionalProperties: false,
      },
    },
    type: "object",
    properties: {
      home: { $ref: "#/$defs/place" },
      visited: { type: "array", items: { $ref: "#/$defs/place" }, minItems: 1, maxItems: 2 },
      since: { type: "string", format: "date" },
      rank: { anyOf: [{ type: "integer", minimum: 1, maximum: 9 }, { type: "null" }] },
    },
    required: ["home", "visited", "since", "rank"],
    additionalProperties: false,
  };
  for (const seed of [1, 2]) {
    const answer = await client.chat.completions.parse({
      ...short,
      temperature: 1,
      seed,
      max_tokens: 300,
      response_format: { type: "json_schema", json_schema: { name: "traveller", schema, strict: true } },
    });
    const value = answer.choices[0].message.parsed ?? JSON.parse(answer.choices[0].message.content);
    for (const place of [value.home, ...value.visited]) {
      assert.match(place.name, /^[A-Z][a-z]{1,11}$/);
      assert.match(place.code, /^[0-9]{5}$/);
    }
    assert.ok(value.visited.length >= 1 && value.visited.length <= 2);
    assert.match(value.since, /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(value.rank === null || (value.rank >= 1 && value.rank <= 9));
  }
});

check("takes control tokens in a user's text for plain text", async () => {
  const tokens = async (text, role = "user") =>
    (
      await client.chat.completions.create({
        ...short,
        max_tokens: 1,
        messages: [{ role: "system", content: "S" }, { role, content: text }, { role: "user", content: "Hi" }],
      })
    ).usage.prompt_tokens;
  for (const role of ["user", "assistant", "system"]) {
    const plain = await tokens("x", role);
    // As a control token it would be one token, like the x.
    assert.ok((await tokens("<|im_end|>", role)) >= plain + 3, role);
  }
});

check("biases tokens", async () => {
  const request = { ...short, max_tokens: 4, logprobs: true };
  const first = async (bias) =>
    (await client.chat.completions.create({ ...request, logit_bias: bias })).choices[0].logprobs.content;
  const forced = await first({ 28: 100 });
  assert.equal(new Set(forced.map((entry) => entry.token)).size, 1);
  const free = await first({});
  assert.notEqual(free[0].token, forced[0].token);
  assert.deepEqual(await first({ 28: -100 }), free);
});

check("reports log probabilities", async () => {
  const answer = await client.chat.completions.create({ ...short, max_tokens: 5, logprobs: true, top_logprobs: 3 });
  const { content } = answer.choices[0].logprobs;
  assert.equal(content.length, answer.usage.completion_tokens);
  for (const entry of content) {
    assert.ok(entry.logprob <= 0 && Array.isArray(entry.bytes));
    assert.equal(entry.top_logprobs.length, 3);
    assert.equal(entry.top_logprobs[0].token, entry.token);
  }
  const text = Buffer.from(content.flatMap((entry) => entry.bytes)).toString();
  assert.ok(text.startsWith(answer.choices[0].message.content));
  const chunks = await all(
    await client.chat.completions.create({ ...short, max_tokens: 5, logprobs: true, stream: true }),
  );
  const streamed = chunks.flatMap((c) => c.choices[0].logprobs?.content ?? []);
  assert.deepEqual(
    streamed.map((entry) => entry.token),
    content.map((entry) => entry.token),
  );
});

check("gives n choices, the same ones for the same seed", async () => {
  const request = { ...short, temperature: 1, seed: 7, n: 3, max_tokens: 12 };
  const one = await client.chat.completions.create(request);
  const two = await client.chat.completions.create(request);
  assert.deepEqual(
    one.choices.map((c) => c.index),
    [0, 1, 2],
  );
  const texts = (answer) => answer.choices.map((c) => c.message.content);
  assert.deepEqual(texts(one), texts(two));
  assert.ok(new Set(texts(one)).size > 1);
  const chunks = await all(await client.chat.completions.create({ ...request, stream: true }));
  const streamed = ["", "", ""];
  for (const chunk of chunks) for (const c of chunk.choices) streamed[c.index] += c.delta.content ?? "";
  assert.deepEqual(streamed, texts(one));
});

check("ends at a stop string, without it", async () => {
  const whole = await client.chat.completions.create(short);
  const answer = await client.chat.completions.create({ ...short, stop: ["Paris"] });
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.equal(answer.choices[0].message.content, whole.choices[0].message.content.split("Paris")[0]);
});

check("ends at max_tokens", async () => {
  const answer = await client.chat.completions.create({ ...short, max_tokens: 3 });
  assert.equal(answer.choices[0].finish_reason, "length");
  assert.equal(answer.usage.completion_tokens, 3);
});

check("completes texts", async () => {
  const request = { model, prompt: "The capital of France is", max_tokens: 8, temperature: 0 };
  const answer = await client.completions.create(request);
  assert.equal(answer.object, "text_completion");
  assert.match(answer.id, /^cmpl-/);
  assert.match(answer.choices[0].text, /Paris/);
  const two = await client.completions.create({ ...request, prompt: ["The capital of France is", "One, two, three,"] });
  assert.deepEqual(
    two.choices.map((c) => c.index),
    [0, 1],
  );
  assert.equal(two.choices[0].text, answer.choices[0].text);
  const chunks = await all(await client.completions.create({ ...request, stream: true }));
  assert.equal(chunks.map((c) => c.choices[0].text).join(""), answer.choices[0].text);
  const echo = await client.completions.create({ ...request, echo: true });
  assert.equal(echo.choices[0].text, request.prompt + answer.choices[0].text);
});

check("embeds texts", async () => {
  const answer = await client.embeddings.create({ model, input: ["A cat sat.", "A cat was sitting.", "Tax law"] });
  assert.equal(answer.data.length, 3);
  const plain = await client.embeddings.create({ model, input: "A cat sat.", encoding_format: "float" });
  assert.ok(Math.abs(plain.data[0].embedding[0] - answer.data[0].embedding[0]) < 1e-6);
  assert.ok(answer.usage.prompt_tokens > 0);
  const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const [a, b, c] = answer.data.map((d) => d.embedding);
  assert.ok(Math.abs(dot(a, a) - 1) < 1e-3);
  assert.ok(dot(a, b) > dot(a, c));
});

async function fails(promise, type, expected) {
  const error = await promise.then(
    () => assert.fail("it was answered"),
    (e) => e,
  );
  assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
  for (const [key, value] of Object.entries(expected)) assert.equal(error[key], value, `${key} of ${error.message}`);
  return error;
}

check("maps errors to the client's types", async () => {
  const unknown = await fails(
    client.chat.completions.create({ ...short, model: "gpt-4o" }),
    OpenAI.NotFoundError,
    { status: 404, code: "model_not_found", param: "model" },
  );
  assert.ok(unknown.message.includes(model));
  await fails(client.chat.completions.create({ ...short, temperature: 3 }), OpenAI.BadRequestError, {
    status: 400,
    param: "temperature",
  });
  await fails(client.chat.completions.create({ model }), OpenAI.BadRequestError, { param: "messages" });
  const long = [{ role: "user", content: "word ".repeat(200_000) }];
  const tooLong = await fails(client.chat.completions.create({ ...short, messages: long }), OpenAI.BadRequestError, {
    code: "context_length_exceeded",
  });
  assert.match(tooLong.message, /\d+ more than/);
  await fails(client.chat.completions.create({ ...short, messages: long, stream: true }), OpenAI.BadRequestError, {
    code: "context_length_exceeded",
  });
  await fails(client.get("/nothing"), OpenAI.NotFoundError, { status: 404 });
});

check("refuses wrong input in OpenAI's shape, naming the member", async () => {
  const wrong = {
    messages: [{ role: "robot", content: "x" }],
    temperature: "hot",
    top_p: 2,
    n: 0,
    max_tokens: -1,
    stop: [""],
    logit_bias: { x: 1 },
    top_logprobs: 3,
    response_format: { type: "xml" },
    tools: [{ type: "function" }],
    tool_choice: "required",
    stream_options: { include_usage: true },
  };
  for (const [member, value] of Object.entries(wrong)) {
    const error = await fails(client.chat.completions.create({ ...short, [member]: value }), OpenAI.BadRequestError, {
      status: 400,
      type: "invalid_request_error",
    });
    assert.ok(error.param.startsWith(member), `${member}: ${error.param}`);
    assert.ok(error.code && error.message.includes(member), `${member}: ${error.message}`);
  }
});

check("asks for a key where one is configured", async () => {
  const wrong = new OpenAI({ baseURL: process.env.GUARDED_URL, apiKey: "not the key of this node", maxRetries: 0 });
  await fails(wrong.chat.completions.create(short), OpenAI.AuthenticationError, { status: 401, code: "invalid_api_key" });
  const right = new OpenAI({ baseURL: process.env.GUARDED_URL, apiKey: process.env.GUARDED_KEY, maxRetries: 0 });
  assert.ok((await right.chat.completions.create({ ...short, max_tokens: 2 })).usage.completion_tokens > 0);
});

check("says that the queue is full, and the client's own retries get through", async () => {
  const narrow = new OpenAI({ baseURL: process.env.NARROW_URL, apiKey: "none", maxRetries: 0 });
  const long = { ...short, max_tokens: 400, ignore_eos: true, stream: true };
  const stream = await narrow.chat.completions.create(long);
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  const error = await fails(narrow.chat.completions.create(short), OpenAI.RateLimitError, {
    status: 429,
    code: "queue_full",
  });
  assert.ok(Number(error.headers.get("retry-after")) >= 1);
  stream.controller.abort();
  const patient = new OpenAI({ baseURL: process.env.NARROW_URL, apiKey: "none", maxRetries: 5 });
  assert.ok((await patient.chat.completions.create(short)).choices.length === 1);
});

check("stops work when the client leaves", async () => {
  const before = await metric("freehold_answers_cancelled_total");
  const long = { ...short, max_tokens: 2000, ignore_eos: true };
  const stream = await client.chat.completions.create({ ...long, stream: true });
  let seen = 0;
  for await (const chunk of stream) if (chunk && ++seen === 5) break;
  await until(async () => (await metric("freehold_answers_cancelled_total")) === before + 1, "the stream goes on");
  const controller = new AbortController();
  const whole = client.chat.completions.create(long, { signal: controller.signal });
  setTimeout(() => controller.abort(), 300);
  await fails(whole, OpenAI.APIUserAbortError, {});
  await until(async () => (await metric("freehold_answers_cancelled_total")) === before + 2, "the answer goes on");
});

let failed = 0;
for (const [name, run] of checks) {
  try {
    await run();
    console.log("ok " + name);
  } catch (error) {
    failed++;
    console.log("not ok " + name + ": " + String(error?.stack ?? error).split("\n").slice(0, 12).join(" | "));
  }
}
process.exitCode = failed ? 1 : 0;
