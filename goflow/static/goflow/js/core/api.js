/**
 * Talking to the server: JSON both ways, CSRF token, revisions as ETags, patience, and errors by what to do next.
 *
 * Only requests that may be repeated without harm are repeated after a broken connection: reading, and those
 * marked `safe`. A save whose answer got lost may have arrived, so it is the caller who decides.
 */

import { gettext } from "./i18n.js";

/**
 * @typedef {{status: number, data: any, etag: string | null}} Answer
 * @typedef {object} RequestOptions
 * @property {string} [ifMatch] the ETag the change is based on
 * @property {string} [ifNoneMatch] the ETag of what is already here; the status of the answer may be 304 then
 * @property {boolean} [safe] a POST that changes nothing and may be repeated
 * @property {AbortSignal} [signal] gives up
 * @property {boolean} [keepalive] goes on when the page is left
 * @typedef {object} ApiOptions
 * @property {string} [token] the CSRF token of the page; the cookie's comes first, because signing in changes it
 * @property {string} [cookie] the name of the cookie with the token
 * @property {string} [session] where to ask who is signed in and for a token, when one is refused
 * @property {string} [person] who opened the page; the server refuses changes when somebody else is signed in
 * @property {typeof fetch} [fetch]
 * @property {(ms: number) => Promise<void>} [wait]
 * @property {number} [timeout] in ms
 * @property {number} [retries]
 */

const TIMEOUT = 30_000;
const RETRIES = 3;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
const NOT_CARRIED_OUT = new Set([429, 503]);
const PASSING = new Set([429, 502, 503, 504]);

/** The server did not do what was asked. `message` is for people. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{status?: number, code?: string, data?: any}} [details]
   */
  constructor(message, { status = 0, code = "", data = null } = {}) {
    super(message);
    this.name = new.target.name;
    /** The HTTP status; 0 without an answer. */
    this.status = status;
    /** The server's word for the problem, such as "draft-conflict". */
    this.code = code;
    /** The whole body of the answer. */
    this.data = data;
  }
}

/** There was no answer: no connection, or it took too long. Try again later. */
export class NetworkError extends ApiError {}

/** Somebody else changed it meanwhile (412). Merge. */
export class ConflictError extends ApiError {}

/** Not signed in any more. Sign in in another tab, then try again. */
export class SessionError extends ApiError {}

/** May not, or there is no such thing (403, 404). */
export class RightsError extends ApiError {}

/** The server failed (5xx) or is busy (429). Try again later. */
export class ServerError extends ApiError {}

/** The server does not accept what was sent (other 4xx). Correct it. */
export class RefusedError extends ApiError {}

/**
 * @param {ApiOptions} [options]
 */
export function createApi(options = {}) {
  const own = { ...options };
  return {
    /** The CSRF token that holds now. */
    token: () => tokenNow(own),
    /** Ask who is signed in now and take their token. @returns {Promise<Answer | Error>} */
    renew: () => renew(own),
    /** From now on changes are those of this person. @param {string} person */
    become(person) { own.person = person; },
    /** @param {string} url @param {RequestOptions} [request] */
    get: (url, request) => send(own, "GET", url, undefined, { safe: true, ...request }),
    /** @param {string} url @param {unknown} body @param {RequestOptions} [request] */
    post: (url, body, request) => send(own, "POST", url, body, request),
    /** @param {string} url @param {unknown} body @param {RequestOptions} [request] */
    put: (url, body, request) => send(own, "PUT", url, body, request),
  };
}

/**
 * The CSRF token that Django left in a cookie; empty when cookies hold none.
 * @param {string} cookies as `document.cookie` gives them
 * @param {string} [name]
 */
export function tokenFrom(cookies, name = "csrftoken") {
  const pairs = cookies.split("; ").map((pair) => pair.split("="));
  return decodeURIComponent(pairs.find(([key]) => key === name)?.[1] ?? "");
}

/**
 * @param {ApiOptions} options
 * @param {string} method
 * @param {string} url
 * @param {unknown} body
 * @param {RequestOptions} [request]
 * @returns {Promise<Answer>}
 */
async function send(options, method, url, body, request = {}) {
  const { retries = RETRIES, wait = pause } = options;
  let isRenewed = false;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await sendOnce(options, method, url, body, request);
    if (!(outcome instanceof Error)) return outcome;
    if (!isRenewed && hasOldToken(outcome, options)) {
      isRenewed = true;
      const renewed = await renew(options);
      if (renewed instanceof Error) throw renewed;
      continue;
    }
    if (attempt >= retries || request.signal?.aborted || !isWorthRepeating(outcome, request)) throw outcome;
    await wait(Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT));
  }
}

/**
 * Django refuses a token with a page, not with a problem document: somebody has signed in since it was given.
 * @param {Error} error @param {ApiOptions} options
 */
function hasOldToken(error, { session }) {
  return Boolean(session) && error instanceof RightsError && error.status === 403 && !error.code;
}

/** @param {ApiOptions} options @returns {Promise<Answer | Error>} */
async function renew(options) {
  const answer = await sendOnce(options, "GET", options.session ?? "", undefined, {});
  if (!(answer instanceof Error)) Object.assign(options, { token: answer.data.csrf, cookie: "" });
  return answer;
}

/** @param {ApiOptions} options */
function tokenNow({ token, cookie }) {
  const cookies = globalThis.document?.cookie ?? "";
  if (token === undefined) return tokenFrom(cookies);
  return (cookie && tokenFrom(cookies, cookie)) || token;
}

/**
 * @param {unknown} error
 * @param {RequestOptions} request
 */
function isWorthRepeating(error, { safe = false }) {
  if (!(error instanceof ApiError)) return false;
  if (NOT_CARRIED_OUT.has(error.status)) return true;
  return safe && (error instanceof NetworkError || PASSING.has(error.status));
}

/**
 * @param {ApiOptions} options
 * @param {string} method
 * @param {string} url
 * @param {unknown} body
 * @param {RequestOptions} request
 * @returns {Promise<Answer | Error>}
 */
async function sendOnce(options, method, url, body, request) {
  const { fetch: go = globalThis.fetch.bind(globalThis), timeout = TIMEOUT } = options;
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  const timer = setTimeout(giveUp, timeout);
  request.signal?.addEventListener("abort", giveUp);
  if (request.signal?.aborted) giveUp();
  try {
    return await answerOf(await go(url, {
      method,
      headers: headersOf(options, method, request),
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      keepalive: request.keepalive ?? false,
      signal: stop.signal,
    }));
  } catch (error) {
    if (request.signal?.aborted && error instanceof Error) return error;
    return new NetworkError(gettext("No connection to the server."));
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", giveUp);
  }
}

/**
 * @param {ApiOptions} options
 * @param {string} method
 * @param {RequestOptions} request
 * @returns {Record<string, string>}
 */
function headersOf(options, method, { ifMatch, ifNoneMatch }) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = tokenNow(options);
    if (options.person) headers["X-Goflow-Person"] = options.person;
  }
  if (ifMatch !== undefined) headers["If-Match"] = ifMatch;
  if (ifNoneMatch !== undefined) headers["If-None-Match"] = ifNoneMatch;
  return headers;
}

/**
 * @param {Response} response
 * @returns {Promise<Answer | ApiError>}
 */
async function answerOf(response) {
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  // A broken connection in the middle of the body is a NetworkError, broken JSON is not.
  const text = await response.text();
  const data = isJson ? parsed(text) : null;
  if (response.status === 401 || (response.redirected && !isJson)) {
    return new SessionError(gettext("You are signed out. Sign in in another tab, then try again."), { status: 401, data });
  }
  if (!response.ok && response.status !== 304) return errorOf(response.status, data);
  return { status: response.status, data, etag: response.headers.get("ETag") };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * @param {number} status
 * @param {any} data
 * @returns {ApiError}
 */
function errorOf(status, data) {
  const details = { status, data, code: typeof data?.code === "string" ? data.code : "" };
  const said = typeof data?.detail === "string" ? data.detail : "";
  if (status === 412) return new ConflictError(said || gettext("Somebody else changed this meanwhile."), details);
  if (status === 403 || status === 404) return new RightsError(said || gettext("You may not do this."), details);
  if (status >= 500 || status === 429) return new ServerError(said || gettext("The server has a problem."), details);
  return new RefusedError(said || gettext("The server does not accept this."), details);
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
