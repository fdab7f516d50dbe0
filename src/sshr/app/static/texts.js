// What the script says, from the one file of texts; {name} stands for a value.

const said = JSON.parse(document.getElementById("texts").textContent || "{}");

export function say(name, values = {}) {
  const text = said[`say.${name}`];
  if (text === undefined) return values.otherwise ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export function has(name) {
  return `say.${name}` in said;
}

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB"];
  let size = count / 1000;
  while (size >= 1000 && units.length > 1) {
    size /= 1000;
    units.shift();
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[0]}`;
}

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else made[name] = value;
  }
  made.append(...children);
  return made;
}
