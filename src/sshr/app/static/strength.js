// How strong a passphrase is, as an attacker sees it who knows how people make them.

import { say } from "./texts.js";

const FAIR = 45;
const STRONG = 65;
const WORDS = 6;
const RUNS = /[\p{L}\p{M}]+|\d+|[^\p{L}\p{M}\d]/gu;

// Bits, by the pieces it is made of: a word counts as one of some thousands, whatever its length.
export function bitsOf(passphrase) {
  const seen = new Set();
  let bits = 0;
  for (const [run] of passphrase.matchAll(RUNS)) {
    if (/^[\s\-_.]$/.test(run)) continue; // what stands between words is no secret
    const key = run.toLowerCase();
    if (seen.has(key)) {
      bits += 1;
      continue;
    }
    seen.add(key);
    bits += /^\d/.test(run) ? digits(run) : /\p{L}/u.test(run) ? letters(run) : 4.5;
  }
  return bits;
}

function letters(run) {
  if (new Set(run.toLowerCase()).size === 1 || isSequence(run.toLowerCase())) return 4;
  const capitals = /\p{Ll}\p{Lu}/u.test(run) ? 3 : /^\p{Lu}/u.test(run) ? 1 : 0;
  return (run.length < 3 ? 4.7 * run.length : 11) + capitals;
}

function digits(run) {
  if (new Set(run).size === 1 || isSequence(run)) return 3;
  if (/^(19|20)\d\d$/.test(run)) return 7;
  return 3.3 * run.length;
}

function isSequence(run) {
  if (run.length < 4) return false;
  const step = run.charCodeAt(1) - run.charCodeAt(0);
  if (Math.abs(step) > 1) return "qwertyuiopasdfghjklzxcvbnm".includes(run);
  return [...run].every((_, at) => !at || run.charCodeAt(at) - run.charCodeAt(at - 1) === step);
}

export function setUpStrength(input, meter, words) {
  input.addEventListener("input", () => {
    const bits = Math.round(bitsOf(input.value));
    meter.value = Math.min(bits, 100);
    if (!input.value) {
      words.textContent = words.dataset.empty ??= words.textContent;
      return;
    }
    words.dataset.empty ??= words.textContent;
    const level = bits < FAIR ? "weak" : bits < STRONG ? "fair" : "strong";
    words.textContent = say(`strength_${level}`, { bits });
  });
}

// Six words of the list that fingerprints are made of, each drawn from 2048: 66 bits.
export async function sixWords() {
  const list = (await (await fetch("/words.txt")).text()).split(/\s+/).filter(Boolean);
  for (;;) {
    const drawn = crypto.getRandomValues(new Uint16Array(WORDS));
    const words = Array.from(drawn, (number) => list[number % list.length]);
    if (new Set(words).size === WORDS) return words.join(" ");
  }
}
