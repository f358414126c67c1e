import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, ApiError } from "../../server/rallypoint/console/web/api.js";

/** @param {...(Response | Error)} answers */
function answering(...answers) {
  /** @type {{url: string, init: any}[]} */
  const asked = [];
  const api = new Api(
    /** @type {any} */ (
      async (/** @type {string} */ url, /** @type {any} */ init) => {
        asked.push({ url, init });
        const answer = answers.shift();
        if (answer instanceof Response) return answer;
        throw answer ?? new TypeError("asked too often");
      }
    ),
  );
  return { api, asked };
}

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });

/** @param {Promise<unknown>} promise @returns {Promise<ApiError>} */
async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return error;
  }
  throw new Error("it was not refused");
}

test("what looks has neither body nor CSRF token; what changes something has both", async () => {
  const { api, asked } = answering(json(200, { a: 1 }), json(200, {}), json(200, {}), new Response(null, { status: 204 }));
  api.csrf = "secret";
  assert.deepEqual(await api.get("/overview?x=1"), { a: 1 });
  await api.post("/node/cordon");
  await api.put("/rules", { text: "é" });
  assert.equal(await api.post("/logout"), null);
  assert.deepEqual(asked.map(({ url, init }) => [init.method, url, init.headers["X-CSRF-Token"], init.body]), [
    ["GET", "/api/v1/overview?x=1", undefined, null],
    ["POST", "/api/v1/node/cordon", "secret", "{}"],
    ["PUT", "/api/v1/rules", "secret", '{"text":"é"}'],
    ["POST", "/api/v1/logout", "secret", "{}"],
  ]);
  assert.ok(asked.every(({ url, init }) => !url.includes("secret") && init.cache === "no-store" && init.credentials === "same-origin" && init.signal instanceof AbortSignal));
});

test("a refusal has the server's word and its reason as a sentence", async () => {
  const { api } = answering(json(409, { error: "changed", reason: "there are 13 now" }, { "Retry-After": "7" }));
  const error = await refused(api.post("/sessions/bulk", {}));
  assert.deepEqual([error.status, error.error, error.reason, error.retry_s, error.message], [409, "changed", "There are 13 now.", 7, "There are 13 now."]);
});

test("an answer that is no JSON is a refusal with its number", async () => {
  const { api } = answering(new Response("<h1>Bad gateway</h1>", { status: 502 }));
  const error = await refused(api.get("/overview"));
  assert.deepEqual([error.status, error.error, error.reason], [502, "failed", "The server answered 502."]);
});

test("a login that is over is told once a request says so; a wrong password is not that", async () => {
  const { api } = answering(json(401, { error: "wrong_login", reason: "no" }), json(401, { error: "unauthorised", reason: "log in" }), json(403, { error: "forbidden", reason: "no" }));
  let strangers = 0;
  api.onstranger = () => (strangers += 1);
  await refused(api.post("/login", {}));
  assert.equal(strangers, 0);
  await refused(api.get("/overview"));
  assert.equal(strangers, 1);
  await refused(api.post("/node/drain"));
  assert.equal(strangers, 1);
});

test("a server that is away, or too slow, is told apart from one that refuses", async () => {
  const { api } = answering(new TypeError("failed to fetch"), Object.assign(new Error(), { name: "TimeoutError" }));
  const away = await refused(api.get("/overview"));
  assert.deepEqual([away.status, away.error, away.reason], [0, "away", "The server does not answer."]);
  assert.match((await refused(api.get("/overview"))).reason, /within 30 s/);
});

test("a login of another window is told in words", async () => {
  const { api } = answering(json(403, { error: "csrf", reason: "send the csrf of /me as X-CSRF-Token" }));
  assert.match((await refused(api.post("/node/drain"))).reason, /reload this page/);
});

test("the server's time is taken from its answers", async () => {
  const { api } = answering(json(200, {}, { Date: "Mon, 23 Nov 2026 16:47:17 GMT" }), json(200, {}));
  /** @type {number[]} */
  const times = [];
  api.ontime = (at) => times.push(at);
  await api.get("/me");
  await api.get("/me");
  assert.deepEqual(times, [Date.UTC(2026, 10, 23, 16, 47, 17) / 1000]);
});
