// What the page does: forms that are sent, what is expected of them, and what comes back.

import { clearDrops, fileOf, setUpDrops } from "./drops.js";
import { forget, showConcealed, showForecast, showInspected, showKey, showRevealed, showWords } from "./results.js";
import { Cancelled, send } from "./send.js";
import { setUpStrength, sixWords } from "./strength.js";
import { say } from "./texts.js";

const NEEDED = {
  conceal: ["reference"],
  reveal: ["stego", "reference"],
  inspect: ["stego", "reference"],
  compare: ["reference"],
};
const SHOW = {
  conceal: showConcealed,
  reveal: showRevealed,
  inspect: showInspected,
  "new-key": showKey,
  "show-key": showKey,
  compare: (result, answer) => showWords(result, answer, document.getElementById("theirs")),
};
const WAIT_BEFORE_FORECAST_MS = 350;

function value(form, name) {
  const field = form.elements.namedItem(name);
  return field ? field.value : "";
}

// What the form says, as the program wants it. Texts go as files: a form would change their lines.
function filled(form) {
  const made = new FormData();
  const action = form.dataset.action;
  const put = (name, given, as = name) => given && made.append(as, given);
  if (action === "conceal") {
    const kind = value(form, "kind");
    put("reference", fileOf("reference"));
    if (kind === "text") put("text", value(form, "text") && new Blob([value(form, "text")]));
    else put(kind, fileOf(kind));
    for (const name of ["survive", "lock", "note", "signer_passphrase"]) put(name, value(form, name));
    put("signer", fileOf("signer"));
    if (value(form, "lock") === "passphrase") put("passphrase", value(form, "passphrase"));
    if (value(form, "lock") === "key") put("recipients", value(form, "recipients"));
  } else if (action === "reveal" || action === "inspect") {
    put("stego", fileOf("stego"));
    put("reference", fileOf("reference"));
    const lock = value(form, "lock");
    put("lock", lock);
    put("sender", value(form, "sender"));
    if (lock === "passphrase") put("passphrase", value(form, "passphrase"));
    if (lock === "key") {
      put("identity", fileOf("identity"));
      put("identity_passphrase", value(form, "identity_passphrase"));
      put("passphrase", value(form, "also_passphrase"));
    }
    if (form.elements.namedItem("strict")?.checked) put("strict", "yes");
  } else if (action === "show-key") {
    put("key", fileOf("key") ?? value(form, "line"));
    put("key_passphrase", value(form, "key_passphrase"), "passphrase");
  } else if (action === "compare") {
    put("reference", fileOf("reference"));
  } else {
    for (const name of ["passphrase", "password"]) put(name, value(form, name));
  }
  return made;
}

// The first thing that is missing, by the name of its text.
function missing(form, made) {
  const action = form.dataset.action;
  const needed = [...(NEEDED[action] ?? [])];
  if (action === "conceal" && !["secret", "file", "text"].some((name) => made.has(name))) return "secret";
  if (action === "show-key") needed.push("key");
  if (action === "door") needed.push("password");
  const lock = made.get("lock");
  if (lock === "passphrase") needed.push("passphrase");
  if (lock === "key") needed.push(action === "conceal" ? "recipients" : "identity");
  return needed.find((name) => !made.has(name));
}

function setUpForm(form) {
  const action = form.dataset.action;
  const result = form.querySelector(".result") ?? document.getElementById("result");
  const [fault, stage] = [form.querySelector(".fault"), form.querySelector(".stage")];
  const [start, cancel] = [form.querySelector("button.main"), form.querySelector(".cancel")];
  const [box, bar] = [form.querySelector(".progress"), form.querySelector("progress")];
  let work = null;

  function told(text, share) {
    if (stage.textContent !== text) stage.textContent = text;
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
  }

  function complain(text, failed = true) {
    fault.querySelector("p").textContent = text;
    fault.querySelector("strong").hidden = !failed;
    fault.hidden = !text;
  }

  function busy(on) {
    start.disabled = on;
    cancel.hidden = box.hidden = !on;
    form.setAttribute("aria-busy", String(on));
    if (on) window.addEventListener("beforeunload", warn);
    else window.removeEventListener("beforeunload", warn);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (work) return;
    complain("");
    stage.textContent = "";
    const made = filled(form);
    const lacking = missing(form, made);
    if (lacking) {
      complain(say(`missing_${lacking}`), false);
      document.getElementById(lacking === "secret" ? value(form, "kind") : lacking)?.focus();
      return;
    }
    if (result) forget(result);
    work = new AbortController();
    if (forecasting) showForecast(form.querySelector(".expect"), {}, say("expect_later"));
    stopForecast();
    busy(true);
    const started = performance.now();
    try {
      const path = action === "door" ? "/enter" : `/api/${action}`;
      const answer = await send(path, made, { signal: work.signal, told });
      if (action === "door") return location.replace(answer.facts.next);
      await SHOW[action](result, answer);
      result.hidden = false;
      const seconds = (performance.now() - started) / 1000;
      stage.textContent = say(seconds < 1 ? "done" : "done_in", { seconds: seconds.toFixed(1) });
      result.focus({ preventScroll: true });
      result.scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" });
    } catch (error) {
      if (error instanceof Cancelled) stage.textContent = say("cancelled");
      else {
        stage.textContent = "";
        complain(error.message);
      }
    } finally {
      work = null;
      busy(false);
    }
  });
  for (const type of ["input", "change"]) form.addEventListener(type, () => complain(""));
  cancel.addEventListener("click", () => {
    work?.abort();
    start.disabled = false;
    start.focus();
  });
  result?.querySelector(".forget")?.addEventListener("click", () => {
    forget(result);
    form.reset();
    clearDrops();
    stage.textContent = "";
    for (const one of form.querySelectorAll("input")) one.dispatchEvent(new Event("input"));
    follow(form);
    window.scrollTo({ top: 0 });
  });
}

function warn(event) {
  event.preventDefault();
}

function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Fields that only make sense with another one's choice.
function follow(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, wanted] = part.dataset.when.split("=");
    part.hidden = value(form, name) !== wanted;
  }
}

let forecastWork = null;
let forecastTimer = null;
let forecasting = false;

function stopForecast() {
  document.querySelector(".expect")?.removeAttribute("aria-busy");
  clearTimeout(forecastTimer);
  forecasting = false;
  forecastWork?.abort();
  forecastWork = null;
}

function planForecast(form) {
  const place = form.querySelector(".expect");
  if (!place) return;
  stopForecast();
  if (!fileOf("reference")) {
    showForecast(place, {}, say("expect_empty"));
    return;
  }
  forecasting = true;
  showForecast(place, {}, say("expecting"));
  forecastTimer = setTimeout(async () => {
    const made = filled(form);
    for (const name of ["passphrase", "signer_passphrase", "note", "signer"]) made.delete(name);
    if (fileOf("signer")) made.append("signed", "yes");
    const own = (forecastWork = new AbortController());
    place.setAttribute("aria-busy", "true");
    try {
      const { facts } = await send("/api/forecast", made, { signal: own.signal });
      showForecast(place, facts, say("expected"));
    } catch (error) {
      if (error instanceof Cancelled) return;
      showForecast(place, { notes: [`${say("unfit")} ${error.message}`] }, "");
    }
    place.removeAttribute("aria-busy");
    forecasting = false;
  }, WAIT_BEFORE_FORECAST_MS);
}

function setUpWords() {
  for (const button of document.querySelectorAll(".show")) {
    const input = document.getElementById(button.dataset.for);
    const show = (on) => {
      input.type = on ? "text" : "password";
      button.textContent = say(on ? "hide" : "show");
      button.setAttribute("aria-pressed", String(on));
    };
    button.addEventListener("click", () => show(input.type === "password"));
    button.showWord = show;
  }
  const meter = document.getElementById("meter");
  if (!meter) return;
  const [input, told] = [document.getElementById("passphrase"), document.getElementById("strength")];
  setUpStrength(input, meter, told);
  document.querySelector("[data-suggest]").addEventListener("click", async () => {
    input.value = await sixWords();
    document.querySelector('.show[data-for="passphrase"]').showWord(true);
    input.dispatchEvent(new Event("input"));
    told.textContent = say("suggested");
  });
}

function setUpSlider() {
  const slider = document.getElementById("slider");
  const stack = document.querySelector(".stack");
  if (!slider) return;
  const move = () => stack.style.setProperty("--at", `${slider.value}%`);
  slider.addEventListener("input", move);
  move();
  const drag = (event) => {
    if (!event.buttons) return;
    const { left, width } = stack.getBoundingClientRect();
    slider.value = (100 * (event.clientX - left)) / width;
    move();
  };
  stack.addEventListener("pointermove", drag);
  stack.addEventListener("pointerdown", drag);
}

for (const form of document.querySelectorAll("form.work")) {
  setUpForm(form);
  follow(form);
  planForecast(form);
  form.addEventListener("change", (event) => {
    follow(form);
    if (["kind", "survive", "lock", "recipients", "text"].includes(event.target.name)) planForecast(form);
  });
}
setUpDrops((name) => {
  if (["reference", "secret", "file", "signer"].includes(name)) {
    for (const form of document.querySelectorAll("form.work")) planForecast(form);
  }
});
setUpWords();
setUpSlider();
