// Places to drop a file: what was chosen is shown, and can be removed again.

import { bytes, say } from "./texts.js";

const chosen = new Map(); // of the drop's name

export function fileOf(name) {
  return chosen.get(name) ?? null;
}

export function setUpDrops(changed) {
  for (const drop of document.querySelectorAll("[data-drop]")) setUp(drop, changed);
  // A file that misses its place must not be opened by the browser instead of this page.
  for (const type of ["dragover", "drop"]) {
    document.addEventListener(type, (event) => event.preventDefault());
  }
}

export function clearDrops() {
  for (const drop of document.querySelectorAll("[data-drop]")) show(drop, null);
}

function setUp(drop, changed) {
  const input = drop.querySelector("input");
  const take = (file) => {
    show(drop, file);
    changed(drop.dataset.drop, file);
  };
  input.addEventListener("change", () => {
    if (input.files.length) take(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  drop.querySelector(".remove").addEventListener("click", () => {
    take(null);
    input.focus();
  });
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, () => drop.classList.add("over"));
  }
  for (const type of ["dragleave", "drop"]) {
    drop.addEventListener(type, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
}

function show(drop, file) {
  const image = drop.querySelector("img");
  if (image.src) URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
  image.hidden = true;
  if (file) chosen.set(drop.dataset.drop, file);
  else chosen.delete(drop.dataset.drop);
  drop.classList.toggle("full", Boolean(file));
  drop.querySelector(".empty").hidden = Boolean(file);
  drop.querySelector(".chosen").hidden = !file;
  drop.querySelector(".remove").hidden = !file;
  if (!file) return;
  drop.querySelector(".name").textContent = file.name;
  drop.querySelector(".size").textContent = bytes(file.size);
  if (drop.dataset.kind !== "picture") return;
  image.onload = () => (image.hidden = false);
  image.onerror = () => {
    // Not every picture that the program reads is one that the browser shows.
    drop.querySelector(".size").textContent = `${bytes(file.size)}, ${say("not_shown")}`;
  };
  image.src = URL.createObjectURL(file);
}
