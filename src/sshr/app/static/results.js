// What comes back, as it is shown. Texts go in as text, never as HTML.

import { bytes, element, has, say } from "./texts.js";

const addresses = []; // of blobs that the page shows

export function addressOf(blob) {
  const made = URL.createObjectURL(blob);
  addresses.push(made);
  return made;
}

// After this the page holds nothing of a result any more.
export function forget(result) {
  for (const one of addresses.splice(0)) URL.revokeObjectURL(one);
  for (const image of result.querySelectorAll("img")) image.removeAttribute("src");
  for (const link of result.querySelectorAll("a[download]")) link.removeAttribute("href");
  for (const part of result.querySelectorAll(".figures, .badges, .shown, .verdict, .six")) {
    part.replaceChildren();
  }
  result.hidden = true;
}

export function offer(link, blob, name) {
  link.href = addressOf(blob);
  link.download = name;
}

export function decibels(value) {
  const db = Math.round(value * 10) / 10;
  const level = value >= 45 ? "excellent" : value >= 36 ? "good" : value >= 30 ? "fair" : "coarse";
  return say(level, { db });
}

function range([low, high]) {
  const [from, to] = [low.toFixed(1), high.toFixed(1)];
  return from === to ? decibels(low) : decibels((low + high) / 2).replace(/^[\d.]+/, say("range", { low: from, high: to }));
}

export function list(rows) {
  const made = element("dl");
  for (const [name, value] of rows) {
    if (value === null || value === undefined || value === "") continue;
    made.append(element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value })));
  }
  return made;
}

export function badge(text, tone) {
  const marks = { good: "✓", bad: "✕", warn: "!", plain: "i" };
  const mark = element("span", { class: "mark", textContent: marks[tone] });
  mark.setAttribute("aria-hidden", "true");
  return element("li", { class: `badge ${tone}` }, mark, element("span", { textContent: text }));
}

function notes(given) {
  if (!given?.length) return "";
  const items = given.map((note) => element("li", { textContent: note, class: note.startsWith("warning:") ? "warn" : "" }));
  return element("div", { class: "notes" }, element("h3", { textContent: say("notes") }), element("ul", {}, ...items));
}

function table(caption, heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col", textContent: text })));
  const body = rows.map(([first, ...rest]) =>
    element("tr", {}, element("th", { scope: "row", textContent: first }), ...rest.map((text) => element("td", { textContent: text }))),
  );
  const made = element("table", {}, element("caption", { textContent: caption }), element("thead", {}, head), element("tbody", {}, ...body));
  return element("div", { class: "scroll" }, made);
}

// The same rows whatever is known of them, so that nothing moves when it becomes known.
export function showForecast(place, facts, words) {
  const rows = [
    [say("expect_stego"), facts.stego_psnr && range(facts.stego_psnr)],
    [say("expect_revealed"), facts.exact ? say("expect_exact") : facts.revealed_psnr && range(facts.revealed_psnr)],
    [say("expect_capacity"), room(facts)],
    [say("expect_words"), facts.fingerprint],
  ];
  const told = element("p", { class: "hint", textContent: words });
  place.replaceChildren(list(rows.map(([name, value]) => [name, value || say("none")])), facts.notes?.length ? notes(facts.notes) : told);
}

function room({ capacity, payload_bytes: taken }) {
  const found = Object.entries(capacity ?? {}).map(([db, size]) => [Number(db), size]);
  const telling = found.length > 2 ? found.filter(([db]) => db === 41 || db === 46) : found;
  const rooms = telling.map(([db, size]) => say("room_at", { size: bytes(size), db })).join(", ");
  return taken && rooms ? say("taken_of", { taken: bytes(taken), rooms }) : rooms;
}

export function showConcealed(result, { facts, files }) {
  const [under, over] = [result.querySelector(".under"), result.querySelector(".over")];
  const shown = { stego: addressOf(files.stego), difference: addressOf(files.difference) };
  under.src = addressOf(files.reference);
  const box = result.querySelector("#difference");
  box.checked = false;
  const tag = result.querySelector(".tag.left");
  box.onchange = () => {
    over.src = box.checked ? shown.difference : shown.stego;
    over.alt = tag.textContent = box.checked ? say("difference") : say("stego");
  };
  box.onchange();
  const verdict = facts.exact ? say("verdict_exact") : say("verdict_near", { db: facts.revealed_psnr.toFixed(1) });
  result.querySelector(".verdict").textContent = verdict;
  const figures = [[say("row_stego"), facts.stego_psnr.toFixed(2), facts.stego_ssim.toFixed(4)]];
  const own = facts.exact ? [say("all"), say("none")] : [facts.revealed_psnr.toFixed(2), facts.revealed_ssim.toFixed(4)];
  figures.push([say("row_revealed"), ...own]);
  const parts = [table(say("measured"), [say("figure"), say("psnr"), say("ssim")], figures)];
  if (facts.channels) parts.push(channels(facts.channels));
  const facing = [
    [say("file"), `${facts.name}, ${say("pixels", facts)}, ${bytes(facts.bytes)}`],
    [say("held"), facts.payload_bytes && bytes(facts.payload_bytes)],
    [say("way"), facts.transport],
    [say("expect_words"), facts.fingerprint],
  ];
  result.querySelector(".figures").replaceChildren(...parts, list(facing), notes(facts.notes));
  offer(result.querySelector(".download"), files.stego, facts.name);
}

function channels(found) {
  const rows = found.map(({ channel, psnr, exact, refused }) => {
    const back = refused ? say("channel_lost") : exact ? say("all") : decibels(psnr);
    return [say(`channel_${channel}`), back];
  });
  return table(say("channels"), [say("channel"), say("channel_back")], rows);
}

function state(facts) {
  const found = [facts.intact ? badge(say("intact"), "good") : badge(facts.way || say("changed"), facts.way && !facts.way.startsWith("warning") ? "plain" : "warn")];
  found.push(badge(facts.signed_words, facts.signed && facts.intact ? "good" : facts.signed ? "plain" : facts.intact ? "plain" : "warn"));
  return found;
}

export async function showRevealed(result, { facts, files }) {
  result.querySelector(".badges").replaceChildren(...state(facts));
  const shown = result.querySelector(".shown");
  if (facts.kind === "picture") {
    shown.replaceChildren(element("img", { src: addressOf(files.secret), alt: facts.name }));
  } else if (facts.kind === "text") {
    const text = await files.secret.text();
    const copy = element("button", { type: "button", class: "plain", textContent: say("copy") });
    copy.onclick = async () => {
      await navigator.clipboard.writeText(text);
      copy.textContent = say("copied");
    };
    shown.replaceChildren(element("pre", { textContent: text, tabIndex: 0 }), copy);
  } else {
    shown.replaceChildren();
  }
  const size = facts.width ? `${say("pixels", facts)}, ${bytes(facts.bytes)}` : bytes(facts.bytes);
  const rows = [
    [say("fact_kind"), say(`kind_${facts.kind}`)],
    [say("name"), facts.name],
    [say("size"), size],
    [say("way"), facts.transport],
    [say("sender_note"), facts.note],
  ];
  result.querySelector(".figures").replaceChildren(list(rows));
  offer(result.querySelector(".download"), files.secret, facts.name);
}

export function showInspected(result, { facts }) {
  result.querySelector(".badges").replaceChildren(...state(facts));
  const rows = Object.entries(facts)
    .filter(([name]) => has(`fact_${name}`))
    .map(([name, value]) => [say(`fact_${name}`), plain(name, value)]);
  result.querySelector(".figures").replaceChildren(list(rows));
}

function plain(name, value) {
  if (name === "kind") return say(`kind_${value}`);
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  return value;
}

export function showKey(result, { facts }) {
  const rows = ["words", "fingerprint", "signs_as", "key"].map((name) => [say(`key_${name}`), facts[name] ?? say("key_none")]);
  result.querySelector(".figures").replaceChildren(list(rows));
  if (!facts.private) return;
  const text = (content) => new Blob([content], { type: "text/plain" });
  offer(result.querySelector(".main"), text(facts.private), "mine.key");
  offer(result.querySelector(".public"), text(`${facts.key}\n`), "mine.pub");
}

export function showWords(result, { facts }, theirs) {
  result.querySelector(".six").replaceChildren(...facts.fingerprint.split(" ").map((word) => element("span", { textContent: word })));
  result.querySelector(".figures").replaceChildren(list([[say("size"), say("pixels", facts)]]), notes(facts.notes));
  const judge = () => {
    const words = theirs.value.toLowerCase().split(/[^a-z]+/).filter(Boolean);
    const badges = result.querySelector(".badges");
    if (!words.length) badges.replaceChildren();
    else if (words.length !== 6) badges.replaceChildren(badge(say("not_six", { n: words.length }), "plain"));
    else if (words.join(" ") === facts.fingerprint) badges.replaceChildren(badge(say("same"), "good"));
    else badges.replaceChildren(badge(say("other"), "bad"));
  };
  theirs.oninput = judge;
  judge();
}
