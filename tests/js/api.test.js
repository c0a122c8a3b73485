import assert from "node:assert/strict";
import { test } from "node:test";

import * as api from "../../goflow/static/goflow/js/core/api.js";

/** A server that answers in turn: an Error breaks the connection. */
function server(...answers) {
  const seen = [];
  const waits = [];
  const fetch = async (url, request) => {
    seen.push({ url, ...request });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    const { status = 200, body = {}, headers = {} } = answer;
    return new Response(status === 304 ? null : JSON.stringify(body), {
      status, headers: { "Content-Type": "application/json", ...headers },
    });
  };
  const wait = async (ms) => { waits.push(ms); };
  return { seen, waits, ...api.createApi({ token: "secret", fetch, wait }) };
}

const broken = () => new TypeError("fetch failed");

test("reading gives the data and the revision", async () => {
  const { get, seen } = server({ body: { a: 1 }, headers: { ETag: '"7"' } });
  assert.deepEqual(await get("draft/"), { status: 200, data: { a: 1 }, etag: '"7"' });
  assert.equal(seen[0].headers["X-CSRFToken"], undefined);
});

test("saving sends JSON, the token and the revision it is based on", async () => {
  const { put, seen } = server({});
  await put("draft/", { a: 1 }, { ifMatch: '"7"' });
  assert.equal(seen[0].body, '{"a":1}');
  assert.equal(seen[0].headers["X-CSRFToken"], "secret");
  assert.equal(seen[0].headers["If-Match"], '"7"');
});

test("nothing new is an answer, too", async () => {
  assert.equal((await server({ status: 304 }).get("x", { ifNoneMatch: '"7"' })).status, 304);
});

test("reading is repeated with growing pauses", async () => {
  const { get, seen, waits } = server(broken(), { status: 502 }, broken(), {});
  await get("draft/");
  assert.equal(seen.length, 4);
  assert.deepEqual(waits, [500, 1000, 2000]);
});

test("patience ends", async () => {
  await assert.rejects(server(broken(), broken(), broken(), broken()).get("x"), api.NetworkError);
});

test("a save whose answer got lost is not repeated", async () => {
  const { put, seen } = server(broken(), {});
  await assert.rejects(put("draft/", {}), api.NetworkError);
  assert.equal(seen.length, 1);
});

test("a save that was not carried out is repeated", async () => {
  const { put, seen } = server({ status: 503 }, {});
  await put("draft/", {});
  assert.equal(seen.length, 2);
});

test("a safe POST is repeated", async () => {
  const { post, seen } = server(broken(), {});
  await post("validate/", {}, { safe: true });
  assert.equal(seen.length, 2);
});

for (const [status, kind] of [
  [400, api.RefusedError], [403, api.RightsError], [404, api.RightsError], [409, api.RefusedError],
  [412, api.ConflictError], [428, api.RefusedError], [500, api.ServerError], [401, api.SessionError],
]) {
  test(`status ${status} is a ${kind.name}`, async () => {
    const { put } = server({ status, body: { code: "some-code", detail: "Because." } });
    await assert.rejects(put("x", {}), (error) => error instanceof kind && error.name === kind.name && error.status === status);
  });
}

test("an error carries the words of the server", async () => {
  const body = { code: "draft-conflict", detail: "Bo changed it.", revision: 8 };
  await assert.rejects(server({ status: 412, body }).put("x", {}), { message: "Bo changed it.", code: "draft-conflict", data: body });
});

test("giving up on purpose is no network error", async () => {
  const stop = new AbortController();
  stop.abort();
  const aborted = Object.assign(new Error("aborted"), { name: "AbortError" });
  await assert.rejects(server(aborted).get("x", { signal: stop.signal }), { name: "AbortError" });
});

test("the token is found among the cookies", () => {
  assert.equal(api.tokenFrom("a=b; csrftoken=x%3Dy; c=d"), "x=y");
  assert.equal(api.tokenFrom(""), "");
});

const refusedToken = { status: 403, headers: { "Content-Type": "text/html" } };

function renewing(...answers) {
  const { seen } = server();
  const replies = [...answers];
  const fetch = async (url, request) => {
    seen.push({ url, ...request });
    const { status = 200, body = {}, headers = {} } = replies.shift();
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
  };
  return { seen, ...api.createApi({ token: "old", session: "session/", person: "7", fetch }) };
}

test("a token that signing in made old is renewed, and the save goes on", async () => {
  const { put, seen } = renewing(refusedToken, { body: { csrf: "new", user: "7" } }, {}, {});
  await put("draft/", {});
  await put("draft/", {});
  assert.deepEqual(seen.map(({ url }) => url), ["draft/", "session/", "draft/", "draft/"]);
  assert.deepEqual(seen.map(({ headers }) => headers["X-CSRFToken"]), ["old", undefined, "new", "new"]);
});

test("a token is renewed once for a request", async () => {
  await assert.rejects(renewing(refusedToken, { body: { csrf: "new" } }, refusedToken).put("draft/", {}), api.RightsError);
});

test("who is signed out learns it while a token is renewed", async () => {
  await assert.rejects(renewing(refusedToken, { status: 401 }).put("draft/", {}), api.SessionError);
});

test("a refusal of the application renews nothing", async () => {
  const { put, seen } = renewing({ status: 403, body: { code: "not-allowed" } });
  await assert.rejects(put("draft/", {}), api.RightsError);
  assert.equal(seen.length, 1);
});

test("changes say who opened the page, until somebody else goes on", async () => {
  const { put, get, become, seen } = renewing({}, {}, {});
  await put("draft/", {});
  become("8");
  await put("draft/", {});
  await get("draft/");
  assert.deepEqual(seen.map(({ headers }) => headers["X-Goflow-Person"]), ["7", "8", undefined]);
});
