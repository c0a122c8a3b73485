import assert from "node:assert/strict";
import { test } from "node:test";

import { createRefresh, show } from "../../goflow/static/goflow/js/bell.js";
import { NetworkError, SessionError } from "../../goflow/static/goflow/js/core/api.js";

const parts = () => ({ label: { textContent: "" }, count: { textContent: "", hidden: true } });
const three = { unread: 3, count: "3", label: "Notifications, 3 unread" };

/** Answers in turn: an Error is thrown. */
function server(...answers) {
  const seen = [];
  const get = async (url, request) => {
    seen.push([url, request]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { get, seen };
}

test("the number is shown, and said in words", () => {
  const bell = parts();
  show(bell, three);
  assert.deepEqual(bell, { label: { textContent: "Notifications, 3 unread" }, count: { textContent: "3", hidden: false } });
});

test("nothing to read hides the number", () => {
  const bell = parts();
  show(bell, { unread: 0, count: "0", label: "Notifications, all read" });
  assert.equal(bell.count.hidden, true);
});

test("what has not changed is not sent again", async () => {
  const api = server({ status: 200, data: three, etag: '"3-en"' }, { status: 304, data: null, etag: '"3-en"' });
  const bell = parts();
  const refresh = createRefresh("unread/", bell, api);
  await refresh();
  assert.equal(await refresh(), true);
  assert.deepEqual(api.seen, [["unread/", {}], ["unread/", { ifNoneMatch: '"3-en"' }]]);
  assert.equal(bell.count.textContent, "3");
});

test("a lost connection keeps the number and is asked again", async () => {
  const bell = { ...parts(), count: { textContent: "2", hidden: false } };
  assert.equal(await createRefresh("unread/", bell, server(new NetworkError("")))(), true);
  assert.equal(bell.count.textContent, "2");
});

test("after signing out nobody is counted for", async () => {
  assert.equal(await createRefresh("unread/", parts(), server(new SessionError("")))(), false);
});
