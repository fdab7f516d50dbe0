// One request to the program: how far it is, what comes back, and its end when nobody wants it.

import { say } from "./texts.js";

export const MOST_MIB = 128;
const ASK_EVERY_MS = 400;

export class Refused extends Error {
  constructor(message, kind = "") {
    super(message);
    this.kind = kind;
  }
}

export class Cancelled extends Error {}

function newName() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (one) => one.toString(16).padStart(2, "0")).join("");
}

function sizeOf(form) {
  let size = 0;
  for (const [, value] of form) size += value instanceof Blob ? value.size : 4 * value.length;
  return size;
}

// Resolves to {facts, files}; `signal` ends the work, `told`, if any, hears (text, share or null).
export function send(path, form, { signal, told } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Cancelled());
    if (sizeOf(form) > MOST_MIB * 2 ** 20) {
      return reject(new Refused(say("too_large", { most: MOST_MIB })));
    }
    const request = new XMLHttpRequest();
    const name = newName();
    let asking = null;
    const over = () => clearTimeout(asking);

    async function ask() {
      try {
        const answer = await fetch("/api/progress", { headers: { "X-Sshr-Job": name }, signal });
        if (answer.status === 200) tell(await answer.json());
      } catch {
        return; // the request itself says what is wrong
      }
      if (request.readyState !== XMLHttpRequest.DONE) asking = setTimeout(ask, ASK_EVERY_MS);
    }

    function tell({ stage, done, total, waiting }) {
      const text = waiting ? say("waiting") : stage ? say(stage) : say("working");
      told(text, total > 1 ? done / total : null);
    }

    request.open("POST", path);
    request.responseType = "blob";
    request.setRequestHeader("X-Sshr-Job", name);
    if (told) {
      request.upload.onprogress = (event) => {
        told(say("uploading"), event.lengthComputable ? event.loaded / event.total : null);
      };
      request.upload.onload = () => {
        told(say("working"), null);
        asking = setTimeout(ask, ASK_EVERY_MS);
      };
    }
    request.onload = async () => {
      over();
      try {
        resolve(await opened(request));
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => (over(), reject(new Refused(say("lost"))));
    request.onabort = () => (over(), reject(new Cancelled()));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

async function opened(request) {
  const type = request.getResponseHeader("Content-Type") ?? "";
  const answer = new Response(request.response, { headers: { "Content-Type": type } });
  if (request.status !== 200) {
    const told = type.startsWith("application/json") ? await answer.json() : {};
    throw new Refused(told.error ?? say("lost"), told.kind);
  }
  if (type.startsWith("application/json")) return { facts: await answer.json(), files: {} };
  const parts = await answer.formData();
  const facts = JSON.parse(await parts.get("facts").text());
  parts.delete("facts");
  return { facts, files: Object.fromEntries(parts) };
}
